//! OpenSSL's message callback, for which the `openssl` crate has no wrapper: the library's own account of each
//! handshake message, in plaintext.
#![allow(unsafe_code)] // a C function has to be registered, and C calls it

use std::{
    ffi::{c_int, c_void},
    panic::{AssertUnwindSafe, catch_unwind},
    slice,
};

use openssl::ssl::SslContextBuilder;
use openssl_sys::{SSL, SSL_CTX};

use crate::tls::current;

type Callback = unsafe extern "C" fn(c_int, c_int, c_int, *const c_void, usize, *mut SSL, *mut c_void);

unsafe extern "C" {
    fn SSL_CTX_set_msg_callback(context: *mut SSL_CTX, callback: Option<Callback>);
}

/// Has `context` tell of every handshake message.
pub(super) fn set(context: &mut SslContextBuilder) {
    // SAFETY: the context lives, and the callback is a function, which lives for ever.
    unsafe { SSL_CTX_set_msg_callback(context.as_ptr(), Some(on_message)) };
}

/// Called by OpenSSL in the middle of its work: it only takes a copy.
unsafe extern "C" fn on_message(
    write: c_int,
    _version: c_int,
    content_type: c_int,
    bytes: *const c_void,
    length: usize,
    _ssl: *mut SSL,
    _argument: *mut c_void,
) {
    /// The content type of handshake messages (RFC 5246 §6.2.1); others are record headers, alerts and the like.
    const HANDSHAKE: c_int = 22;
    if content_type != HANDSHAKE || bytes.is_null() {
        return;
    }
    // SAFETY: OpenSSL hands in `length` bytes that stay as they are until this function returns.
    let message = unsafe { slice::from_raw_parts(bytes.cast::<u8>(), length) };
    // A panic must not cross C: it would end the process.
    let told = catch_unwind(AssertUnwindSafe(|| current(|watch| watch.openssl_told(write != 0, message))));
    drop(told);
}
