//! Checks over public corpora that lie beside the project. They have other
//! owners and are never copied; where they are not there, this says so.

use spanwright::io::{BratFolder, Inputs, ReadConfig, Source, read_all};

use crate::root;

#[test]
fn corpora_beside_the_project_are_read_and_written_alike() {
    for name in
        ["brat_tutorials/news", "brat_tutorials/bio", "wlp_dev_40", "materials_syntheses_30", "litbank_10"]
    {
        let folder = root("../shared/data").join(name);
        if !folder.is_dir() {
            println!("passed over: {} is not there", folder.display());
            continue;
        }
        let read = |path: &std::path::Path| {
            let inputs = Inputs::find(&[path.to_path_buf()], None).unwrap();
            read_all(Source::new(inputs, None, ReadConfig::default()))
        };
        let records = read(&folder).unwrap_or_else(|error| panic!("{error}"));
        assert!(!records.is_empty());
        let copy = tempfile::tempdir().unwrap();
        let writer = BratFolder::create(copy.path()).unwrap();
        for record in &records {
            writer.write(&record.document, &record.annotations).unwrap();
        }
        assert_eq!(read(copy.path()).unwrap(), records, "{name}");
        println!("{name}: {} documents", records.len());
    }
}
