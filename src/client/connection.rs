use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bytes::{Bytes, BytesMut};
use futures_channel::oneshot;

use super::correlate::{Correlator, Outgoing};
use super::versions::Versions;
use super::{ClientFault, HostPort, Payload, Pending, Settings};
use crate::io::{self, Part, ReadHalf, Stream, Task, WriteHalf, clock, mesh, task};
use crate::model::ErrorCode;
use crate::wire::api::api_versions;
use crate::wire::{
    ApiKey, Cursor, Deframer, Malformed, Message, Piece, RequestHeader, ResponseHeader, Text, ask,
};

/// Requests of one connection that wait to be written. Those written are bounded by the callers,
/// each of whom waits for its answer.
const OUTGOING_MAX: usize = 64;
/// What a read asks for at once, while no large answer arrives.
const READ_BYTES: usize = 64 << 10;
/// What is reserved at once for the rest of a large answer.
const RESERVED_BYTES_MAX: usize = 16 << 20;

/// One connection to one broker. Calls may overlap: requests are written in the order in which
/// they were called, and answers are taken in that order.
#[derive(Debug)]
pub struct Connection {
    address: HostPort,
    client_id: String,
    request_timeout: std::time::Duration,
    versions: RefCell<Versions>,
    next_correlation_id: Cell<i32>,
    correlator: Rc<RefCell<Correlator>>,
    outgoing: mesh::Sender<Outgoing>,
    /// Dropped with the connection, and with them its socket.
    _reader: Task<()>,
    _writer: Task<()>,
}

impl Connection {
    /// Connects and asks the broker which versions it speaks.
    pub async fn open(address: &HostPort, settings: &Settings) -> Result<Connection, ClientFault> {
        let connecting = clock::timeout(settings.request_timeout, connect(address)).await;
        let silent = || ClientFault::Broken(format!("{address} does not answer"));
        let (read, write) = connecting.map_err(|_| silent())??;
        let correlator = Rc::new(RefCell::new(Correlator::default()));
        let (outgoing, to_write) = mesh::mailbox(OUTGOING_MAX);
        let deframer = Deframer::of_responses(settings.answer_bytes_max);
        let connection = Connection {
            address: address.clone(),
            client_id: settings.client_id.clone(),
            request_timeout: settings.request_timeout,
            versions: RefCell::default(),
            next_correlation_id: Cell::new(0),
            _reader: task::spawn(read_all(read, deframer, correlator.clone())),
            _writer: task::spawn(write_all(write, to_write, correlator.clone())),
            correlator,
            outgoing,
        };
        connection.negotiate().await?;
        Ok(connection)
    }

    pub fn address(&self) -> &HostPort {
        &self.address
    }

    /// Whether it ended; a new one is needed then.
    pub fn is_over(&self) -> bool {
        self.correlator.borrow().is_over()
    }

    /// The version at which a request of `key` will be sent.
    pub fn version(&self, key: ApiKey) -> Result<i16, ClientFault> {
        self.versions.borrow().highest_common(key)
    }

    /// Sends a request and waits for its answer.
    pub async fn call<'q, M: Message<'q>>(&self, request: &M) -> Result<Answer, ClientFault> {
        self.call_with(request, &[]).await
    }

    /// As [`Connection::call`]; the request's spliced records are `payloads`, by number.
    pub async fn call_with<'q, M: Message<'q>>(
        &self,
        request: &M,
        payloads: &[Payload],
    ) -> Result<Answer, ClientFault> {
        let pending = self.start_with(request, payloads).await?;
        pending.within(self.request_timeout).await
    }

    /// Puts a request behind those before it and leaves the waiting for its answer to the caller,
    /// who may start others meanwhile.
    pub async fn start_with<'q, M: Message<'q>>(
        &self,
        request: &M,
        payloads: &[Payload],
    ) -> Result<Pending, ClientFault> {
        let version = self.version(M::KEY)?;
        self.start_at(request, version, payloads).await
    }

    /// Sends a request that has no answer, Produce with acks 0, and waits until it is written.
    pub async fn send_with<'q, M: Message<'q>>(
        &self,
        request: &M,
        payloads: &[Payload],
    ) -> Result<(), ClientFault> {
        let version = self.version(M::KEY)?;
        let mut outgoing = self.encode(request, version, payloads)?;
        let (written, writing) = oneshot::channel();
        outgoing.written = Some(written);
        self.submit(outgoing).await?;
        let done = writing.await;
        done.map_err(|_| self.correlator.borrow().fault())
    }

    async fn start_at<'q, M: Message<'q>>(
        &self,
        request: &M,
        version: i16,
        payloads: &[Payload],
    ) -> Result<Pending, ClientFault> {
        let mut outgoing = self.encode(request, version, payloads)?;
        let (reply, answer) = oneshot::channel();
        outgoing.reply = Some(reply);
        let submitted = clock::timeout(self.request_timeout, self.submit(outgoing)).await;
        let timed_out = ClientFault::timed_out(M::KEY, self.request_timeout);
        submitted.map_err(timed_out)??;
        Ok(Pending {
            key: M::KEY,
            version,
            answer,
            correlator: self.correlator.clone(),
        })
    }

    async fn exchange<'q, M: Message<'q>>(
        &self,
        request: &M,
        version: i16,
    ) -> Result<Answer, ClientFault> {
        let pending = self.start_at(request, version, &[]).await?;
        pending.within(self.request_timeout).await
    }

    async fn submit(&self, outgoing: Outgoing) -> Result<(), ClientFault> {
        if self.is_over() {
            return Err(self.correlator.borrow().fault());
        }
        let sent = self.outgoing.send(outgoing).await;
        sent.map_err(|_| self.correlator.borrow().fault())
    }

    fn encode<'q, M: Message<'q>>(
        &self,
        request: &M,
        version: i16,
        payloads: &[Payload],
    ) -> Result<Outgoing, ClientFault> {
        let correlation_id = self.next_correlation_id.get();
        self.next_correlation_id
            .set(correlation_id.wrapping_add(1) & i32::MAX);
        let header = RequestHeader {
            correlation_id,
            client_id: Some(Text::Owned(self.client_id.clone())),
            ..RequestHeader::default()
        };
        let output = ask(header, request, version);
        let output = output.map_err(|fault| ClientFault::Unwritable { key: M::KEY, fault })?;
        let mut parts = Vec::with_capacity(1 + 3 * payloads.len());
        for piece in output.into_pieces() {
            match piece {
                Piece::Bytes(bytes) => parts.push(Part::Bytes(bytes)),
                Piece::Payload(index) => {
                    parts.extend(payloads.get(index).into_iter().flat_map(Payload::parts));
                }
            }
        }
        Ok(Outgoing {
            correlation_id,
            parts,
            reply: None,
            written: None,
        })
    }

    /// Asks at our newest version. A broker that is older answers at version 0 with error 35 and
    /// its range, and is asked again at its newest (KIP-511).
    async fn negotiate(&self) -> Result<(), ClientFault> {
        let request = api_versions::Request {
            client_software_name: "corelane".into(),
            client_software_version: env!("CARGO_PKG_VERSION").into(),
            ..api_versions::Request::default()
        };
        let newest = *ApiKey::ApiVersions.known().end();
        let mut answer = self.exchange(&request, newest).await?;
        if answer.leading_code() == Some(ErrorCode::UnsupportedVersion.code()) {
            answer.version = 0;
            let older = Versions::new(&answer.read::<api_versions::Response<'_>>()?);
            let version = older.highest_common(ApiKey::ApiVersions).unwrap_or(0);
            answer = self.exchange(&request, version).await?;
        }
        let table: api_versions::Response<'_> = answer.read()?;
        ClientFault::check(table.error_code, None)?;
        *self.versions.borrow_mut() = Versions::new(&table);
        Ok(())
    }
}

/// The answer to one request, whole and still encoded.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(super) frame: Bytes,
    pub(super) key: ApiKey,
    pub(super) version: i16,
}

impl Answer {
    /// Reads the answer as the message that its request asks for.
    pub fn read<'a, M: Message<'a>>(&'a self) -> Result<M, ClientFault> {
        assert_eq!(M::KEY, self.key, "an answer is read as what was asked for");
        self.decode().map_err(|fault| ClientFault::Malformed {
            key: self.key,
            fault,
        })
    }

    fn decode<'a, M: Message<'a>>(&'a self) -> Result<M, Malformed> {
        let mut cursor = Cursor::new(&self.frame);
        let header_version = self.key.response_header_version(self.version);
        ResponseHeader::decode(&mut cursor, header_version)?;
        M::decode(&mut cursor, self.version)
    }

    pub fn version(&self) -> i16 {
        self.version
    }

    /// Keeps a part of the answer, such as its records, alive without copying it.
    pub fn keep(&self, part: &[u8]) -> Bytes {
        self.frame.slice_ref(part)
    }

    /// The two bytes after a header of version 0: where ApiVersions says its error.
    fn leading_code(&self) -> Option<i16> {
        let bytes = self.frame.get(4..)?.first_chunk()?;
        Some(i16::from_be_bytes(*bytes))
    }
}

async fn connect(address: &HostPort) -> Result<(ReadHalf, WriteHalf), ClientFault> {
    let mut fault = ClientFault::Address(address.to_string());
    for found in io::resolve(&address.host, address.port).await? {
        match Stream::connect(found).await {
            Ok(stream) => return Ok(stream.split()?),
            Err(error) => fault = error.into(),
        }
    }
    Err(fault)
}

async fn write_all(
    mut socket: WriteHalf,
    requests: mesh::Receiver<Outgoing>,
    correlator: Rc<RefCell<Correlator>>,
) {
    while let Some(mut request) = requests.recv().await {
        if let Some(reply) = request.reply.take() {
            correlator.borrow_mut().admit(request.correlation_id, reply);
        }
        if let Err(error) = socket.write_gather(&mut request.parts).await {
            correlator.borrow_mut().end(error.into());
            return;
        }
        if let Some(written) = request.written {
            // Whoever stopped waiting need not know.
            let _ = written.send(());
        }
    }
}

async fn read_all(mut socket: ReadHalf, deframer: Deframer, correlator: Rc<RefCell<Correlator>>) {
    let fault = match read_frames(&mut socket, deframer, &correlator).await {
        Ok(()) => ClientFault::Closed,
        Err(fault) => fault,
    };
    correlator.borrow_mut().end(fault);
}

async fn read_frames(
    socket: &mut ReadHalf,
    deframer: Deframer,
    correlator: &RefCell<Correlator>,
) -> Result<(), ClientFault> {
    let mut arrived = BytesMut::new();
    loop {
        while let Some(frame) = deframer.next(&mut arrived)? {
            correlator.borrow_mut().settle(frame)?;
        }
        // A large answer gets its room at once: growing by doubling would take up to twice as
        // much, and touch it.
        let missing = deframer.missing(&arrived)?;
        arrived.reserve(missing.clamp(READ_BYTES, RESERVED_BYTES_MAX));
        if socket.read(&mut arrived).await? == 0 {
            return Ok(());
        }
    }
}
