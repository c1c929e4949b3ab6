//! The best one-to-one assignment of two sides.

/// For each row the column it is assigned to, so that the sum of the weights is
/// largest; rows and columns may stay alone at weight 0, and pairs of weight 0
/// are not made. `weights[row][column]` must not be negative.
///
/// The method is that of Kuhn and Munkres with potentials, O(n²m) for n items on
/// the smaller side and m on the larger.
pub(super) fn assign(weights: &[Vec<f64>]) -> Vec<Option<usize>> {
    let rows = weights.len();
    let columns = weights.iter().map(Vec::len).max().unwrap_or(0);
    if rows > columns {
        let turned: Vec<Vec<f64>> = (0..columns)
            .map(|column| weights.iter().map(|row| row.get(column).copied().unwrap_or(0.0)).collect())
            .collect();
        let mut assigned = vec![None; rows];
        for (column, row) in assign(&turned).into_iter().enumerate() {
            if let Some(row) = row {
                assigned[row] = Some(column);
            }
        }
        return assigned;
    }
    let size = columns;
    let cost =
        |row: usize, column: usize| -weights.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0.0);
    // Index 0 is the place before the first; `owner[column]` is its row.
    let (mut of_row, mut of_column) = (vec![0.0; size + 1], vec![0.0; size + 1]);
    let mut owner = vec![0usize; size + 1];
    for row in 1..=rows {
        owner[0] = row;
        let mut column = 0;
        let mut slack = vec![f64::INFINITY; size + 1];
        let mut came_from = vec![0usize; size + 1];
        let mut done = vec![false; size + 1];
        loop {
            done[column] = true;
            let current = owner[column];
            let (mut least, mut next) = (f64::INFINITY, 0);
            for candidate in 1..=size {
                if done[candidate] {
                    continue;
                }
                let reduced = cost(current - 1, candidate - 1) - of_row[current] - of_column[candidate];
                if reduced < slack[candidate] {
                    slack[candidate] = reduced;
                    came_from[candidate] = column;
                }
                if slack[candidate] < least {
                    least = slack[candidate];
                    next = candidate;
                }
            }
            for candidate in 0..=size {
                if done[candidate] {
                    of_row[owner[candidate]] += least;
                    of_column[candidate] -= least;
                } else {
                    slack[candidate] -= least;
                }
            }
            column = next;
            if owner[column] == 0 {
                break;
            }
        }
        while column != 0 {
            let before = came_from[column];
            owner[column] = owner[before];
            column = before;
        }
    }
    let mut assigned = vec![None; rows];
    for (column, &row) in owner.iter().enumerate().skip(1) {
        let is_pair = row >= 1 && cost(row - 1, column - 1) < 0.0;
        if is_pair {
            assigned[row - 1] = Some(column - 1);
        }
    }
    assigned
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::assign;

    #[test]
    fn the_sum_counts_not_the_best_single_pair() {
        let weights = vec![vec![5.0, 4.0], vec![4.0, 0.0]];
        assert_eq!(assign(&weights), [Some(1), Some(0)]);
    }

    #[test]
    fn pairs_of_no_weight_are_not_made() {
        assert_eq!(assign(&[vec![0.0, 1.0], vec![0.0, 0.0], vec![0.0, 2.0]]), [None, None, Some(1)]);
        assert_eq!(assign(&[]), [] as [Option<usize>; 0]);
    }

    #[test]
    fn of_partners_that_weigh_the_same_the_first_is_taken() {
        assert_eq!(assign(&[vec![0.0, 1.0, 1.0, 1.0]]), [Some(1)]);
        assert_eq!(assign(&[vec![0.0], vec![1.0], vec![1.0]]), [None, Some(0), None]);
        assert_eq!(assign(&[vec![2.0, 2.0], vec![2.0, 2.0]]), [Some(0), Some(1)]);
    }

    /// The largest sum, by trying every assignment.
    fn most(weights: &[Vec<f64>], taken: &mut Vec<usize>) -> f64 {
        let Some((row, rest)) = weights.split_first() else { return 0.0 };
        let mut most_of_all = most(rest, taken);
        for (column, weight) in row.iter().enumerate() {
            if !taken.contains(&column) {
                taken.push(column);
                most_of_all = most_of_all.max(weight + most(rest, taken));
                taken.pop();
            }
        }
        most_of_all
    }

    fn weights() -> impl Strategy<Value = Vec<Vec<f64>>> {
        let weight = prop_oneof![Just(0u8), 1u8..4, 1u8..100].prop_map(f64::from);
        (0usize..6, 0usize..6).prop_flat_map(move |(rows, columns)| {
            prop::collection::vec(prop::collection::vec(weight.clone(), columns), rows)
        })
    }

    proptest! {
        #[test]
        fn no_other_assignment_weighs_more(weights in weights()) {
            let assigned = assign(&weights);
            prop_assert_eq!(assigned.len(), weights.len());
            let pairs: Vec<(usize, usize)> =
                assigned.iter().enumerate().filter_map(|(row, column)| Some((row, (*column)?))).collect();
            let columns: std::collections::BTreeSet<usize> = pairs.iter().map(|pair| pair.1).collect();
            prop_assert_eq!(columns.len(), pairs.len(), "a column is assigned twice");
            prop_assert!(pairs.iter().all(|&(row, column)| weights[row][column] > 0.0));
            let sum: f64 = pairs.iter().map(|&(row, column)| weights[row][column]).sum();
            prop_assert_eq!(sum, most(&weights, &mut Vec::new()));
        }
    }
}
