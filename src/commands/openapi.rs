//! Prints the document of the API.

/// Prints it to standard output.
pub fn print() -> anyhow::Result<()> {
    println!("{}", presentation::openapi().to_pretty_json()?);
    Ok(())
}
