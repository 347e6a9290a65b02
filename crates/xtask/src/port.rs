//! A place to listen.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
};

/// A loopback port nobody listens on at this moment.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
