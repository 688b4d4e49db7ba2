//! A server of sockets that does one thing to everybody, and certificates for it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Notify};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion, crypto, version};

/// What is done to each who connects.
#[derive(Clone)]
pub(crate) enum Serves {
    /// A request is read and answered with these bytes, and the connection is closed.
    Answer(String),
    /// A request is read, these bytes are sent, and then there is silence.
    Stall(String),
    /// TLS as this says; then every request is answered with an empty list.
    Tls(Arc<ServerConfig>),
    /// TLS as this says; then a request is answered as this says of its head, each on a connection of its own.
    TlsAnswering(Arc<ServerConfig>, Arc<dyn Fn(&str) -> String + Send + Sync>),
    /// Something is read, and answered with these bytes.
    Babble(String),
    /// The connection is closed at once.
    HangUp,
}

/// Runs until the runtime ends.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    stalled: Arc<Notify>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn start(serves: Serves) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            stalled: Arc::default(),
            heads: Arc::default(),
        };
        let (connections, stalled) = (Arc::clone(&server.connections), Arc::clone(&server.stalled));
        let heads = Arc::clone(&server.heads);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, serves.clone(), Arc::clone(&stalled), Arc::clone(&heads)));
            }
        });
        server
    }

    /// How often somebody connected.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// What was asked, each with its head.
    pub(crate) async fn heads(&self) -> Vec<String> {
        self.heads.lock().await.clone()
    }

    /// Somebody has got all that they get.
    pub(crate) async fn has_stalled(&self) {
        self.stalled.notified().await;
    }
}

async fn serve(mut stream: TcpStream, serves: Serves, stalled: Arc<Notify>, heads: Arc<Mutex<Vec<String>>>) {
    match serves {
        Serves::HangUp => {}
        Serves::Babble(bytes) => {
            let _ = stream.read(&mut [0; 64]).await;
            let _ = stream.write_all(bytes.as_bytes()).await;
            end(stream).await;
        }
        Serves::Answer(bytes) => {
            heads.lock().await.extend(read(&mut stream).await);
            let _ = stream.write_all(bytes.as_bytes()).await;
            end(stream).await;
        }
        Serves::Stall(bytes) => {
            heads.lock().await.extend(read(&mut stream).await);
            let _ = stream.write_all(bytes.as_bytes()).await;
            stalled.notify_one();
            let _ = stream.read(&mut [0; 64]).await;
        }
        Serves::Tls(config) => {
            encrypted(stream, config, &|_: &str| answer("200 OK", "", "[]"), &heads).await;
        }
        Serves::TlsAnswering(config, answers) => encrypted(stream, config, &*answers, &heads).await,
    }
}

async fn encrypted(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    answers: &(dyn Fn(&str) -> String + Send + Sync),
    heads: &Mutex<Vec<String>>,
) {
    match TlsAcceptor::from(config).accept(stream).into_fallible().await {
        Ok(mut stream) => {
            if let Some(head) = read(&mut stream).await {
                let answer = answers(&head);
                heads.lock().await.push(head);
                let _ = stream.write_all(answer.as_bytes()).await;
            }
            end(stream).await;
        }
        Err((_, stream)) => end(stream).await,
    }
}

/// Closes as a server does that is through: what has come in is taken, so that nothing that was sent is lost.
async fn end(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
    let _ = stream.shutdown().await;
    while stream.read(&mut [0; 1024]).await.is_ok_and(|read| read > 0) {}
}

/// One request: its head, once its body has come too.
async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(head.to_owned());
            }
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => bytes.extend_from_slice(&buffer[..read]),
            _ => return None,
        }
    }
}

/// A whole answer.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

/// A section of PEM.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// An authority that has just been founded, and trusts itself.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// What is special about the certificate of a server.
#[derive(Clone, Copy, Default)]
pub(crate) struct Certificate {
    pub(crate) is_expired: bool,
    pub(crate) is_for_another_name: bool,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// For who is to trust it.
    pub(crate) fn certificate(&self) -> reqwest::Certificate {
        reqwest::Certificate::from_der(self.0.der()).unwrap()
    }

    /// In PEM, for who is to trust it.
    pub(crate) fn pem(&self) -> String {
        pem("CERTIFICATE", self.0.der())
    }

    /// A certificate of this authority for a client of this name with this key, in PEM.
    pub(crate) fn client(&self, name: &str, key: &KeyPair, special: Certificate) -> String {
        let mut params = CertificateParams::new([]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        if special.is_expired {
            params.not_before = rcgen::date_time_ymd(2000, 1, 1);
            params.not_after = rcgen::date_time_ymd(2001, 1, 1);
        }
        pem("CERTIFICATE", params.signed_by(key, &self.0).unwrap().der())
    }

    /// TLS with a certificate of this authority for `localhost`.
    pub(crate) fn server(&self, special: Certificate) -> ServerConfig {
        self.speaking(special, &[&version::TLS12, &version::TLS13], false)
    }

    /// TLS of these versions; on request with a certificate of the client, which this authority has to have signed.
    pub(crate) fn speaking(
        &self,
        special: Certificate,
        versions: &[&'static SupportedProtocolVersion],
        asks_for_clients: bool,
    ) -> ServerConfig {
        let name = if special.is_for_another_name { "elsewhere.example" } else { "localhost" };
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        if special.is_expired {
            params.not_before = rcgen::date_time_ymd(2000, 1, 1);
            params.not_after = rcgen::date_time_ymd(2001, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let provider = Arc::new(crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions)
            .unwrap();
        let builder = if asks_for_clients {
            let mut roots = RootCertStore::empty();
            roots.add(self.0.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let key = key.serialize_der().try_into().unwrap();
        builder.with_single_cert(vec![certificate.der().clone()], key).unwrap()
    }
}
