//! Processes of the product.
use super::{Caller, Setup, until};
use reqwest::Client;
use std::{
    fs::{self, File},
    io::Write,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    thread,
    time::{Duration, Instant},
};

const START: Duration = Duration::from_secs(90);
const STOP: Duration = Duration::from_secs(35);

/// An instance that serves, until it is dropped.
#[derive(Debug)]
pub struct App {
    /// What it was started with.
    pub setup: Setup,
    /// Where it listens.
    pub port: u16,
    client: Client,
    child: Option<Child>,
}

/// What a command said when it had ended.
#[derive(Debug)]
pub struct Output {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// Insists on success and gives what was printed.
    #[track_caller]
    pub fn succeeded(self) -> String {
        assert!(self.status.success(), "{self:?}");
        self.stdout
    }

    /// Insists on failure and gives the message.
    #[track_caller]
    pub fn failed(self) -> String {
        assert_eq!(self.status.code(), Some(1), "{self:?}");
        self.stderr
    }
}

impl Setup {
    /// The binary with these settings and no others.
    pub fn command(&self, arguments: &[&str]) -> Command {
        // The signal by which a process is told of its limit would end it; a full disk sends none.
        const LIMITED: &str = "trap '' XFSZ; ulimit -f $0; exec \"$@\"";
        let binary = env!("CARGO_BIN_EXE_filmhub");
        let mut command = match self.largest_file {
            None => Command::new(binary),
            Some(kibibytes) => {
                let mut shell = Command::new("bash");
                shell.args(["-c", LIMITED, &kibibytes.to_string(), binary]);
                shell
            }
        };
        command
            .args(arguments)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", self.folder.path())
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs a command of the binary to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with_input(arguments, "")
    }

    /// Runs a command that reads from its standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that reads nothing may have ended before it is written to.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Output {
            status: output.status,
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl App {
    /// Starts an instance without films.
    pub async fn start(database: super::Database) -> Self {
        Setup::without_films(database).await.start().await
    }

    /// Starts an instance with the starter catalogue.
    pub async fn with_films(database: super::Database) -> Self {
        Setup::with_films(database).await.start().await
    }

    /// Starts serving, on another port when the one chosen was taken meanwhile.
    pub async fn serve(setup: Setup) -> Self {
        // Connections are closed after each request, so that none of them is still open when the
        // instance is to stop; the story of idle connections opens its own.
        let client = Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .timeout(Duration::from_mins(1))
            .build()
            .unwrap();
        let mut app = Self {
            setup,
            port: free_port(),
            client,
            child: None,
        };
        while !app.spawn().await {
            app.port = free_port();
        }
        app
    }

    /// Starts the process; says whether it got its port.
    async fn spawn(&mut self) -> bool {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_path())
            .unwrap();
        let child = self
            .setup
            .command(&["serve"])
            .env("FILMHUB_PORT", self.port.to_string())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
        let start = Instant::now();
        while !self.is_ready().await {
            if let Some(status) = self.child.as_mut().unwrap().try_wait().unwrap() {
                self.child = None;
                let log = self.log();
                assert!(
                    log.contains("cannot listen on"),
                    "it ended with {status}:\n{log}"
                );
                return false;
            }
            assert!(
                start.elapsed() < START,
                "it is not ready within {START:?}:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        true
    }

    async fn is_ready(&self) -> bool {
        let anyone = self.anyone();
        let request = anyone.request(reqwest::Method::GET, "//readyz");
        let answer = anyone
            .try_send(request.timeout(Duration::from_secs(5)))
            .await;
        answer.is_ok_and(|answer| answer.status == 200)
    }

    /// Somebody who has not signed in.
    pub fn anyone(&self) -> Caller {
        Caller::anonymous(
            self.client.clone(),
            format!("http://127.0.0.1:{}", self.port),
        )
    }

    /// Somebody with an account of their own.
    pub async fn somebody(&self) -> Caller {
        self.anyone().newcomer().await
    }

    /// Everything it has printed.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap()
    }

    fn log_path(&self) -> PathBuf {
        self.setup.folder.path().join("serve.log")
    }

    /// Asks it to stop.
    pub fn terminate(&mut self) {
        let pid = self.child.as_ref().unwrap().id().to_string();
        let sent = Command::new("sh")
            .args(["-c", "kill -TERM \"$0\"", &pid])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.as_mut()?.try_wait().unwrap()
    }

    /// Stops it and insists that it ends well.
    pub fn stop(&mut self) {
        self.terminate();
        let mut status = None;
        until("it stops", STOP, || {
            status = self.has_ended();
            status.is_some()
        });
        self.child = None;
        assert!(
            status.unwrap().success(),
            "it ended with {status:?}:\n{}",
            self.log()
        );
    }

    /// Kills it without a warning, as a loss of power would.
    pub fn kill9(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Starts it again where it was.
    pub async fn start_again(&mut self) {
        assert!(self.spawn().await, "port {} was taken meanwhile", self.port);
    }

    /// Stops it and starts it again.
    pub async fn restart(&mut self) {
        self.stop();
        self.start_again().await;
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!(
                "the instance on port {} printed:\n{}",
                self.port,
                self.log()
            );
        }
        if self.child.is_none() {
            return;
        }
        self.terminate();
        let start = Instant::now();
        while self.has_ended().is_none() {
            if start.elapsed() > STOP {
                self.kill9();
                assert!(thread::panicking(), "it did not stop within {STOP:?}");
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A port that nobody listens on, below those that the system gives to clients.
fn free_port() -> u16 {
    static LAST: AtomicU16 = AtomicU16::new(0);
    let first = std::process::id() % 11_000;
    loop {
        let step = u32::from(LAST.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(20_000 + (first + step) % 12_000).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
