//! What only the operator may do; whoever can run the binary beside its database is the operator.
use crate::{
    cli::{Admin, GrantRole},
    composition::{self, Composition},
    config::Config,
};
use anyhow::{Context, anyhow};
use application::{
    identity::{
        administer::{CreateUser, GrantRole as Grant, SetStanding},
        password_reset::IssuePasswordReset,
    },
    shared::{
        actor::Actor,
        use_case::{Request, UseCase},
    },
};
use domain::identity::{EmailAddress, NewPassword, Role, User, Username};
use shaku::HasComponent;
use std::io::{IsTerminal, Read};

/// Does one act.
pub async fn run(config: &Config, command: Admin) -> anyhow::Result<()> {
    let connection = composition::connect(config).await?;
    composition::ensure_schema(config, &connection).await?;
    let app = composition::compose(config, connection, composition::Index::Unused)?;
    match command {
        Admin::CreateUser {
            email,
            username,
            role,
        } => {
            let user = create_user(&app, config, &email, username, role).await?;
            println!("created {} with the role {}", user.id, user.role);
        }
        Admin::GrantRole(GrantRole { email, role }) => {
            let email = parse_email(&email)?;
            let user = execute(&app, Grant { email, role }).await?;
            println!("{} has the role {}", user.id, user.role);
        }
        Admin::ResetPassword { email } => {
            let email = parse_email(&email)?;
            let issued = execute(&app, IssuePasswordReset { email }).await?;
            let (link, token) = (&config.mail.links.reset_password, issued.token.0);
            println!("{link}{token}");
        }
        Admin::DisableUser { email } => {
            let email = parse_email(&email)?;
            let user = execute(
                &app,
                SetStanding {
                    email,
                    is_active: false,
                },
            )
            .await?;
            println!("{} is shut out", user.id);
        }
        Admin::EnableUser { email } => {
            let email = parse_email(&email)?;
            let user = execute(
                &app,
                SetStanding {
                    email,
                    is_active: true,
                },
            )
            .await?;
            println!("{} may come in", user.id);
        }
    }
    Ok(())
}

async fn create_user(
    app: &Composition,
    config: &Config,
    email: &str,
    username: Option<String>,
    role: Role,
) -> anyhow::Result<User> {
    let email = parse_email(email)?;
    let username = username
        .or_else(|| Some(email.as_str().split_once('@')?.0.to_owned()))
        .unwrap_or_default();
    let username =
        Username::parse(&username).map_err(|failure| anyhow!("the username {failure}"))?;
    let password = read_password()?;
    let language = config.language;
    execute(
        app,
        CreateUser {
            email,
            password,
            username,
            role,
            language,
        },
    )
    .await
}

fn parse_email(text: &str) -> anyhow::Result<EmailAddress> {
    EmailAddress::parse(text).map_err(|failure| anyhow!("the e-mail address {failure}"))
}

fn read_password() -> anyhow::Result<NewPassword> {
    let mut stdin = std::io::stdin();
    let password = if stdin.is_terminal() {
        rpassword::prompt_password("Password: ")?
    } else {
        let mut text = String::new();
        stdin
            .read_to_string(&mut text)
            .context("no password on standard input")?;
        text.trim_end_matches(['\r', '\n']).to_owned()
    };
    NewPassword::parse(&password).map_err(|failure| anyhow!("the password {failure}"))
}

async fn execute<R: Request>(app: &Composition, request: R) -> anyhow::Result<R::Response>
where
    application::module::ApplicationModule: HasComponent<dyn UseCase<R>>,
{
    let use_case: &dyn UseCase<R> = app.application.resolve_ref();
    Ok(use_case.execute(&Actor::System, request).await?)
}
