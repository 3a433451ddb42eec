//! Looks at the configuration.
use crate::{cli::ConfigCommand, config::Config};

/// Checks or shows it.
pub fn run(command: &ConfigCommand) -> anyhow::Result<()> {
    let (_, shown) = Config::load()?;
    match command {
        ConfigCommand::Check => println!("the configuration is valid"),
        ConfigCommand::Show => {
            for line in shown {
                let value = if line.value.is_empty() {
                    "(not set)"
                } else {
                    &line.value
                };
                println!("{:<36} {value:<44} {}", line.name, line.origin.name());
            }
        }
    }
    Ok(())
}
