//! A listener with a thread and a runtime of its own.
use std::{
    io,
    net::{SocketAddr, TcpListener},
    thread::{self, JoinHandle},
};
use tokio::{runtime, sync::oneshot};

/// A listener with a thread and a runtime of its own.
#[derive(Debug)]
pub(crate) struct Serving {
    address: SocketAddr,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Serving {
    pub(crate) fn start<F: Future<Output = io::Result<()>>>(
        serve: impl FnOnce(tokio::net::TcpListener) -> F + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("no port is free");
        listener
            .set_nonblocking(true)
            .expect("a listener can be made non-blocking");
        let address = listener.local_addr().expect("a bound port has a number");
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("no runtime could be made");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)
                    .expect("the listener is a non-blocking one");
                tokio::select! {
                    _ = stopped => (),
                    failed = serve(listener) => failed.expect("the server broke down"),
                }
            });
            // Dropping the runtime closes the connections.
        });
        Self {
            address,
            running: Some((stop, thread)),
        }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            // A thread that ended by itself did so by a panic, which is passed on by `join`.
            let _ = stop.send(());
            let ended = thread.join();
            assert!(
                ended.is_ok() || thread::panicking(),
                "the server's thread panicked"
            );
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop();
    }
}
