//! stub
/// f
pub enum Format {
    /// f
    Full,
}
/// r
pub fn render() {}
