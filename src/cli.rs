//! The command line.
use application::catalogue::imports::ListPages;
use clap::{Args, Parser, Subcommand};
use domain::{catalogue::SourceName, community::CommunityName, identity::Role};
use std::{fmt, path::PathBuf, str::FromStr};

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
    /// Runs the Telegram bot that `serve` runs beside answering, and does nothing else.
    ///
    /// `BOT_TOKEN` must be set. With `FILMHUB_BOT=off` instances of `serve` leave the bot to it. The
    /// bot answers as many people at once on as many instances as there are; where it asks Telegram for
    /// what is new, one of them does.
    Bot,
    /// Brings in films of another catalogue, or ratings of people elsewhere.
    ///
    /// Whatever ends an import, the same command goes on where it was. A running instance shows new films
    /// within a second.
    #[command(subcommand)]
    Import(Import),
    /// Looks after the models that recommend films.
    #[command(subcommand)]
    Recommender(RecommenderCommand),
    /// Moves the database's schema forth and back.
    #[command(subcommand)]
    Migrate(Migrate),
    /// Copies the database, the posters, the models and the secret into a folder; the service may run.
    ///
    /// Called again with the same folder, it copies what is new and forgets what is gone. A PostgreSQL
    /// database and a bucket are not in it: those have ways of their own (docs/OPERATIONS.md), and files
    /// that belong to such a database are never forgotten. The folder holds secrets; keep it where nobody
    /// else can read it.
    Backup {
        /// The folder; it is made where it is missing.
        to: PathBuf,
    },
    /// Brings back what `filmhub backup` has copied.
    ///
    /// Stop the service first. A database that is there is never overwritten: move it away.
    Restore {
        /// The folder of the backup.
        from: PathBuf,
    },
    /// Does what only the operator of the service may do.
    #[command(subcommand)]
    Admin(Admin),
    /// Prints the OpenAPI 3.1 document of the REST API as JSON. Needs no configuration.
    Openapi,
    /// Looks at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Tries every part that is configured, and says what is wrong and what to do.
    ///
    /// The database is opened and its schema compared, a poster is stored, fetched and removed, every
    /// source of films and the language model's server are asked something small, and so on, each for
    /// ten seconds at the most. Nothing that is kept is changed, and no secret is printed. It may be
    /// called while the service runs. Exits with 1 when something is out of order.
    Doctor {
        /// Prints one JSON document instead of lines.
        #[arg(long)]
        json: bool,
    },
    /// Asks the instance on this machine whether it is ready; exits with 0 when it is, else with 1.
    ///
    /// Made for container health checks. The port is `FILMHUB_PORT`.
    Healthcheck {
        /// Asks whether the instance is alive instead of whether it is ready.
        #[arg(long)]
        live: bool,
    },
}

/// What is to be imported.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Films of TMDB, page by page; `TMDB_API_KEY` must be set. Each page is stored by itself.
    Tmdb(ImportFilms),
    /// Films of Kinopoisk, page by page; a key of one of its services must be set. Each page is stored by
    /// itself.
    Kinopoisk(ImportFilms),
    /// Ratings of people elsewhere, so that recommendations are good even where few people are.
    ///
    /// They are files as MovieLens publishes them: `ratings.csv`, `movies.csv` and, to recognise films
    /// more surely, `links.csv`. Their licence is for you to keep. Films that are missing here are made.
    /// Files with a mistake are refused whole.
    Ratings(Ratings),
}

/// Which ratings are to be imported, or taken out again.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("which").required(true)))]
pub struct Ratings {
    /// The folder or ZIP with the files.
    #[arg(value_name = "FOLDER|ZIP", group = "which")]
    pub from: Option<PathBuf>,
    /// What the people are called together; by default as the folder or the ZIP.
    #[arg(long, requires = "from")]
    pub name: Option<CommunityName>,
    /// Takes out what was imported under this name. Films stay.
    #[arg(long, value_name = "NAME", group = "which")]
    pub remove: Option<CommunityName>,
    /// Lists what was imported, and what was begun.
    #[arg(long, group = "which")]
    pub list: bool,
}

/// Which films are to be imported.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true)))]
pub struct ImportFilms {
    /// Pages of what most people like, such as `1..50`; both are imported, and what is between them.
    #[arg(long, value_name = "PAGES", group = "what")]
    pub popular: Option<PageSpan>,
    /// Pages of what has come out lately.
    #[arg(long, value_name = "PAGES", group = "what")]
    pub new: Option<PageSpan>,
    /// Pages of what people look at these days.
    #[arg(long, value_name = "PAGES", group = "what")]
    pub trending: Option<PageSpan>,
    /// One film by its place: `movie/603` or `tv/1399` at TMDB, a number at Kinopoisk.
    #[arg(long, value_name = "ID", group = "what")]
    pub id: Option<String>,
}

/// A catalogue to import from, as people name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportSource {
    Tmdb,
    Kinopoisk,
}

impl ImportSource {
    /// The services through which it can be asked.
    pub const fn ways(self) -> &'static [SourceName] {
        match self {
            Self::Tmdb => &[SourceName::Tmdb],
            Self::Kinopoisk => &[SourceName::KinopoiskUnofficial, SourceName::KinopoiskDev],
        }
    }
}

impl fmt::Display for ImportSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tmdb => "TMDB",
            Self::Kinopoisk => "Kinopoisk",
        })
    }
}

/// Pages from one to another, such as `1..50`, or a single one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSpan {
    pub from: i64,
    pub to: i64,
}

impl FromStr for PageSpan {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let page = |text: &str| {
            text.trim()
                .parse::<i64>()
                .map_err(|_no_number| format!("must be pages such as `1..50`, got `{text}`"))
        };
        let (from, to) = (page(from)?, page(to)?);
        ListPages::new(from, to).map_err(|failure| failure.to_string())?;
        Ok(Self { from, to })
    }
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
    /// Prints a link by which a user chooses a new password, to be handed over where no mail can be sent.
    ///
    /// It is good for 30 minutes, once, and only until another one is made; `FILMHUB_PUBLIC_URL` says where
    /// it leads.
    ResetPassword {
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

/// What is done with models.
#[derive(Debug, Subcommand)]
pub enum RecommenderCommand {
    /// Lists the models that are kept; the first one serves.
    List,
    /// Learns anew from all that users and communities have told. Running instances use the new model
    /// within seconds.
    Train,
    /// Makes a model that is kept serve again.
    Use {
        /// Its number.
        version: u32,
    },
}

/// Looks at the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Says whether every setting is valid; names all that are not and exits with 1.
    Check,
    /// Lists every setting with its value and where that comes from. Secrets are masked.
    Show,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn pages_are_a_span_or_a_single_one() {
        assert_eq!("1..50".parse(), Ok(PageSpan { from: 1, to: 50 }));
        assert_eq!("7".parse(), Ok(PageSpan { from: 7, to: 7 }));
        for bad in ["", "0..3", "5..1", "1..501", "a..b", "1..", "1-3"] {
            assert!(bad.parse::<PageSpan>().is_err(), "{bad}");
        }
    }
}
