//! The command line.
use clap::{Args, Parser, Subcommand};
use domain::identity::Role;

/// An open film companion: find films, keep watchlists, be told what to watch tonight.
///
/// Without a command it serves. Settings come from the environment, else from `.env`, else from
/// `filmhub.toml` in the working directory; `filmhub config show` lists them all.
#[derive(Debug, Parser)]
#[command(name = "filmhub", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the binary does.
#[derive(Debug, Default, Subcommand)]
pub enum Command {
    /// Serves the REST API, its documentation and, without S3, the posters.
    ///
    /// On SQLite pending migrations are applied first. On PostgreSQL they are only looked for: run
    /// `filmhub migrate up` before, once for all instances. A database that
    /// lacks it gets the starter catalogue of 7,900 films (`FILMHUB_STARTER_CATALOGUE=off` prevents it).
    ///
    /// SIGTERM and Ctrl-C stop it after the running requests are answered.
    #[default]
    Serve,
    /// Runs the jobs that `serve` runs beside answering, and does nothing else.
    ///
    /// Jobs are work that outlives a request, and what the schedules (`FILMHUB_SCHEDULE_*`) ask for.
    /// As many workers as you like share them fairly; with `FILMHUB_JOBS=off` instances of `serve`
    /// leave them all to the workers.
    Worker {
        /// Tidies up once and ends: forgets sessions, sign-in attempts and jobs that are over, and
        /// removes posters that no film shows.
        #[arg(long)]
        once: bool,
    },
    /// Moves the database's schema forth and back.
    #[command(subcommand)]
    Migrate(Migrate),
    /// Does what only the operator of the service may do.
    #[command(subcommand)]
    Admin(Admin),
    /// Prints the OpenAPI 3.1 document of the REST API as JSON. Needs no configuration.
    Openapi,
    /// Looks at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Asks the instance on this machine whether it is ready; exits with 0 when it is, else with 1.
    ///
    /// Made for container health checks. The port is `FILMHUB_PORT`.
    Healthcheck {
        /// Asks whether the instance is alive instead of whether it is ready.
        #[arg(long)]
        live: bool,
    },
}

/// Steps of the schema.
#[derive(Debug, Subcommand)]
pub enum Migrate {
    /// Takes every pending step.
    Up,
    /// Takes back the last step, with the data that is in it.
    Down {
        /// How many steps.
        #[arg(long, default_value_t = 1)]
        steps: u32,
    },
    /// Lists the steps and which of them are taken.
    Status,
}

/// Acts of the operator.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Opens an account, by default an administrator's.
    ///
    /// The password is read from the terminal, or from standard input when that is no terminal, so
    /// that it stands in no history of commands.
    CreateUser {
        /// The e-mail address to sign in by.
        email: String,
        /// How others see the user; by default what stands before the @.
        #[arg(long)]
        username: Option<String>,
        /// `user` or `admin`.
        #[arg(long, default_value_t = Role::Admin)]
        role: Role,
    },
    /// Gives a user another role. Running instances know it within ten seconds.
    GrantRole(GrantRole),
    /// Shuts a user out: ends every session and refuses new ones, within ten seconds everywhere.
    DisableUser {
        /// The e-mail address of the account.
        email: String,
    },
    /// Lets a user in again who was shut out.
    EnableUser {
        /// The e-mail address of the account.
        email: String,
    },
}

#[derive(Debug, Args)]
pub struct GrantRole {
    /// The e-mail address of the account.
    pub email: String,
    /// `user` or `admin`.
    pub role: Role,
}

/// Looks at the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Says whether every setting is valid; names all that are not and exits with 1.
    Check,
    /// Lists every setting with its value and where that comes from. Secrets are masked.
    Show,
}
