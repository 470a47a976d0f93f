use std::io;
use std::path::Path;

use crate::io::fs::Entry;

pub async fn create_dir_all(_path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub async fn sync_dir(_path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub async fn read(_path: &Path) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::Unsupported.into())
}

pub async fn write_atomic(_path: &Path, _bytes: Vec<u8>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub async fn write(_path: &Path, _bytes: Vec<u8>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub async fn sync_file(_path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub async fn rename(_from: &Path, _to: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub async fn remove_file(_path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub async fn remove_dir_all(_path: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

pub async fn list(_path: &Path) -> io::Result<Vec<Entry>> {
    Err(io::ErrorKind::Unsupported.into())
}

pub async fn exists(_path: &Path) -> io::Result<bool> {
    Err(io::ErrorKind::Unsupported.into())
}

pub async fn free_space(_path: &Path) -> io::Result<u64> {
    Err(io::ErrorKind::Unsupported.into())
}
