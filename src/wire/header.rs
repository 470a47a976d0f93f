use super::cursor::{Cursor, Malformed};
use super::message::{Message, schema};
use super::primitive::Text;
use super::schema::{Dialect, Field};
use super::versions::ApiKey;
use super::writer::{EncodeFault, Output, Writer};

schema! {
    /// Stands before every request. Version 1 is that of the old request forms, version 2 (which
    /// adds tagged fields, and keeps the client id in its old form) that of flexible ones.
    struct RequestHeader<'a> {
        request_api_key: i16;
        request_api_version: i16;
        correlation_id: i32;
        client_id: Option<Text<'a>> [nullable, classic] = Some(Text::default());
    }

    /// Stands before every answer. Version 1 adds tagged fields.
    struct ResponseHeader<'a> {
        correlation_id: i32;
    }
}

impl<'a> RequestHeader<'a> {
    const FLEXIBLE_FROM: i16 = 2;

    /// Reads a header of version 1 or 2.
    pub fn decode(cursor: &mut Cursor<'a>, version: i16) -> Result<Self, Malformed> {
        Self::read(cursor, Dialect::new(version, Self::FLEXIBLE_FROM))
    }

    pub fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeFault> {
        self.write(writer, Dialect::new(version, Self::FLEXIBLE_FROM))
    }
}

impl<'a> ResponseHeader<'a> {
    const FLEXIBLE_FROM: i16 = 1;

    /// Reads a header of version 0 or 1.
    pub fn decode(cursor: &mut Cursor<'a>, version: i16) -> Result<Self, Malformed> {
        Self::read(cursor, Dialect::new(version, Self::FLEXIBLE_FROM))
    }

    pub fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeFault> {
        self.write(writer, Dialect::new(version, Self::FLEXIBLE_FROM))
    }
}

/// A request as it came out of a frame: header read, body not yet.
#[derive(Debug, Clone)]
pub struct Incoming<'a> {
    pub key: ApiKey,
    pub header: RequestHeader<'a>,
    /// Not to be read when the version is not served: its shape is unknown then.
    pub body: Cursor<'a>,
}

/// Why a frame is no request that can be answered: the connection has to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unanswerable {
    #[error("API key {0} is not served to clients")]
    UnknownKey(i16),
    #[error("malformed request header: {0}")]
    Malformed(#[from] Malformed),
}

impl ApiKey {
    /// What a request frame asks for, before it is parsed; `None` where nobody knows.
    pub fn of_frame(frame: &[u8]) -> Option<ApiKey> {
        let number = Cursor::new(frame).i16().ok()?;
        ApiKey::from_number(number)
    }
}

impl<'a> Incoming<'a> {
    /// Reads the header of a request frame. The header's version follows from API key and
    /// version; of a version above those known, the newest form is assumed, as Kafka does, so
    /// that ApiVersions can answer what it does not know.
    pub fn parse(frame: &'a [u8]) -> Result<Incoming<'a>, Unanswerable> {
        let mut body = Cursor::of_request(frame);
        let mut peek = body;
        let number = peek.i16()?;
        let version = peek.i16()?;
        let key = ApiKey::from_number(number).ok_or(Unanswerable::UnknownKey(number))?;
        let header = RequestHeader::decode(&mut body, key.request_header_version(version))?;
        Ok(Incoming { key, header, body })
    }

    pub fn version(&self) -> i16 {
        self.header.request_api_version
    }

    /// Reads the body as the request its caller expects under this key.
    pub fn decode<M: Message<'a>>(&mut self) -> Result<M, Malformed> {
        M::decode(&mut self.body, self.header.request_api_version)
    }
}

/// A whole answer: length, header, body. With spliced records, the length counts them.
pub fn answer<'a, M: Message<'a>>(
    correlation_id: i32,
    body: &M,
    version: i16,
) -> Result<Output, EncodeFault> {
    let header = ResponseHeader {
        correlation_id,
        ..ResponseHeader::default()
    };
    let header_version = M::KEY.response_header_version(version);
    let mut measure = Writer::measuring();
    header.encode(&mut measure, header_version)?;
    body.encode(&mut measure, version)?;
    let mut writer = Writer::framed(measure.size())?;
    header.encode(&mut writer, header_version)?;
    body.encode(&mut writer, version)?;
    Ok(writer.finish())
}

/// A whole request: length, header, body. Key and version in the header are set from the body's.
pub fn ask<'a, M: Message<'a>>(
    mut header: RequestHeader<'a>,
    body: &M,
    version: i16,
) -> Result<Output, EncodeFault> {
    header.request_api_key = M::KEY.number();
    header.request_api_version = version;
    let header_version = M::KEY.request_header_version(version);
    let mut measure = Writer::measuring();
    header.encode(&mut measure, header_version)?;
    body.encode(&mut measure, version)?;
    let mut writer = Writer::framed(measure.size())?;
    header.encode(&mut writer, header_version)?;
    body.encode(&mut writer, version)?;
    Ok(writer.finish())
}
