//! A `PostgreSQL` cluster of one's own.
use std::{
    env,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// A `PostgreSQL` cluster that lives as long as this value and not longer than this process, even if
/// the process is killed.
#[derive(Debug)]
pub struct PostgresServer {
    binaries: PathBuf,
    watchdog: Child,
    answers: BufReader<ChildStdout>,
    port: u16,
    folder: PathBuf,
    databases: AtomicU32,
}

impl PostgresServer {
    /// The one cluster that the tests of a process share; started when it is first asked for.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<PostgresServer> = LazyLock::new(PostgresServer::start);
        &SHARED
    }

    /// Starts a cluster that is quick because it would lose data if the machine crashed.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with("off")
    }

    /// Starts a cluster that keeps what is committed the way a real one does.
    #[must_use]
    pub fn durable() -> Self {
        Self::start_with("on")
    }

    fn start_with(fsync: &str) -> Self {
        let binaries = find_binaries();
        let mut watchdog = Command::new("sh")
            .args(["-c", include_str!("postgres.sh"), "postgres.sh"])
            .arg(&binaries)
            .arg(fsync)
            .args(free_ports().map(|port| port.to_string()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // An interrupt from the keyboard is for the tests; their end is what ends the server.
            .process_group(0)
            .spawn()
            .expect("the shell could not be started");
        let mut answers = BufReader::new(watchdog.stdout.take().expect("its output is a pipe"));
        let (port, folder) = wait_until_ready(&mut answers);
        Self {
            binaries,
            watchdog,
            answers,
            port,
            folder,
            databases: AtomicU32::new(0),
        }
    }

    /// Makes a new, empty database and tells its URL.
    #[must_use]
    pub fn fresh_database(&self) -> String {
        // What stands in the usual template cannot leak in, and nobody else can be using it.
        self.new_database("template0")
    }

    /// Makes a copy of a database that nobody is connected to and tells its URL.
    #[must_use]
    pub fn database_from(&self, template: &str) -> String {
        self.new_database(name_of(template))
    }

    /// Removes a database, even under those who are connected to it.
    pub fn drop_database(&self, url: &str) {
        self.run("dropdb", &["--force", name_of(url)]);
    }

    fn new_database(&self, template: &str) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        self.run("createdb", &["--template", template, &name]);
        format!("postgres://app@127.0.0.1:{}/{name}", self.port)
    }

    fn run(&self, tool: &str, arguments: &[&str]) {
        let output = self
            .tool(tool)
            .args(arguments)
            .output()
            .unwrap_or_else(|failure| panic!("{tool} could not be started: {failure}"));
        assert!(
            output.status.success(),
            "{tool} {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// A command line tool of `PostgreSQL`, set to talk to this cluster.
    #[must_use]
    pub fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(self.binaries.join(name));
        for (variable, _) in env::vars_os() {
            if variable.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(variable);
            }
        }
        command
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", "app");
        command
    }

    /// Stops it in the middle of whatever it does; what was committed is kept if it is durable.
    pub fn stop(&mut self) {
        assert_eq!(self.order("stop"), "stopped");
    }

    /// Starts it again where it was.
    pub fn start_again(&mut self) {
        assert_eq!(self.order("start"), "started");
    }

    fn order(&mut self, order: &str) -> String {
        let stdin = self.watchdog.stdin.as_mut().expect("its input is a pipe");
        writeln!(stdin, "{order}").expect("the watchdog is gone");
        next_line(&mut self.answers)
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder that holds it, which goes with it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // Closing its standard input tells the watchdog to stop the server.
        drop(self.watchdog.stdin.take());
        // Without it there is nothing left to stop.
        let _ = self.watchdog.wait();
    }
}

fn name_of(url: &str) -> &str {
    url.rsplit_once('/')
        .expect("a URL of a database ends with its name")
        .1
}

/// Finds the newest installation: those of Debian first, then the one on the path.
fn find_binaries() -> PathBuf {
    let version =
        |folder: &PathBuf| -> Option<u32> { folder.parent()?.file_name()?.to_str()?.parse().ok() };
    let installed = Path::new("/usr/lib/postgresql")
        .read_dir()
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|folder| folder.join("initdb").is_file())
        .max_by_key(version);
    let path = env::var_os("PATH").unwrap_or_default();
    installed
        .or_else(|| env::split_paths(&path).find(|folder| folder.join("initdb").is_file()))
        .expect("PostgreSQL is not installed: no `initdb` in /usr/lib/postgresql/*/bin or on PATH")
}

/// Ports that are free now; more than one, because they may be taken before they are used.
fn free_ports() -> impl Iterator<Item = u16> {
    let held: Vec<TcpListener> = (0..5)
        .map(|_| TcpListener::bind(("127.0.0.1", 0)).expect("no port is free"))
        .collect();
    held.into_iter()
        .map(|held| held.local_addr().expect("a bound port has a number").port())
}

fn next_line(answers: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    answers
        .read_line(&mut line)
        .expect("the watchdog's output could not be read");
    line.trim_end().to_owned()
}

fn wait_until_ready(answers: &mut BufReader<ChildStdout>) -> (u16, PathBuf) {
    let line = next_line(answers);
    let mut words = line.splitn(3, ' ').skip(1);
    words
        .next()
        .and_then(|port| port.parse().ok())
        .zip(words.next().map(PathBuf::from))
        .expect("PostgreSQL did not start; the reason stands above")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpStream;

    fn ask(server: &PostgresServer, url: &str, question: &str) -> String {
        let answer = server
            .tool("psql")
            .args(["-Atc", question, url])
            .output()
            .unwrap();
        assert!(answer.status.success(), "{answer:?}");
        String::from_utf8(answer.stdout).unwrap().trim().to_owned()
    }

    #[test]
    fn every_database_is_new_and_empty() {
        let server = PostgresServer::shared();
        let (one, other) = (server.fresh_database(), server.fresh_database());
        ask(server, &one, "CREATE TABLE film (title text)");
        let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
        assert_eq!(ask(server, &one, tables), "1");
        assert_eq!(ask(server, &other, tables), "0");
    }

    #[test]
    fn a_copy_has_what_the_template_has_and_goes_alone() {
        let server = PostgresServer::shared();
        let template = server.fresh_database();
        ask(
            server,
            &template,
            "CREATE TABLE film AS SELECT 'Stalker' AS title",
        );
        let copy = server.database_from(&template);
        let question = "SELECT title FROM film";
        assert_eq!(ask(server, &copy, question), "Stalker");
        ask(server, &copy, "DELETE FROM film");
        assert_eq!(ask(server, &template, question), "Stalker");
        server.drop_database(&copy);
        let left = format!(
            "SELECT count(*) FROM pg_database WHERE datname = '{}'",
            name_of(&copy)
        );
        assert_eq!(ask(server, &template, &left), "0");
    }

    #[test]
    fn it_is_quick_unless_it_is_to_be_durable() {
        let quick = PostgresServer::shared();
        assert_eq!(ask(quick, &quick.fresh_database(), "SHOW fsync"), "off");
        assert_eq!(
            ask(quick, &quick.fresh_database(), "SHOW max_connections"),
            "300"
        );
        let durable = PostgresServer::durable();
        let url = durable.fresh_database();
        for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
            assert_eq!(ask(&durable, &url, &format!("SHOW {setting}")), "on");
        }
    }

    #[test]
    fn it_can_be_stopped_and_started_again_where_it_was() {
        let mut server = PostgresServer::durable();
        let url = server.fresh_database();
        ask(
            &server,
            &url,
            "CREATE TABLE film AS SELECT 'Stalker' AS title",
        );
        server.stop();
        assert!(TcpStream::connect(("127.0.0.1", server.port())).is_err());
        server.start_again();
        assert_eq!(ask(&server, &url, "SELECT title FROM film"), "Stalker");
    }

    #[test]
    fn a_dropped_server_is_gone_with_its_folder() {
        let server = PostgresServer::start();
        let (port, folder) = (server.port(), server.folder().to_owned());
        assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
        assert!(folder.is_dir());
        drop(server);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
        assert!(!folder.exists());
    }
}
