//! The meaning of every byte: a step's bytes, whatever they are, with fields that need not fit them.
#![no_main]

use asnoted_fuzz::{event, memory};
use claims::Event;
use libfuzzer_sys::fuzz_target;
use show::LangArg;
use steps::{Fields, Side, Step};
use wire::{Crossed, Seen};

fuzz_target!(|input: &[u8]| {
    // A line with the step's name, a byte that says what else is known, then the bytes.
    let Some(end) = input.iter().position(|byte| *byte == b'\n') else { return };
    let Some(step) = Step::all().find(|step| step.id().as_bytes() == &input[..end]) else { return };
    let [how, bytes @ ..] = &input[end + 1..] else { return };
    let mut fields = Fields::new();
    if how & 1 == 1 {
        fields.insert("encrypted".into(), true.into());
    }
    if how & 2 == 2 {
        fields.insert("public_key_length".into(), (how >> 3).into());
    }
    let from = if how & 4 == 4 { Side::Client } else { Side::Server };
    let seen = Seen::new(step, from, fields, bytes);
    let event = Event::bare(event::event(step.protocol(), Crossed { moment: 0, seen }));
    memory::bounded(input.len(), 2 << 20, 1 << 10, || event::layout(&event));
    let mut printer = event::lines(LangArg::Zh).with_bytes(Some(wire::layout));
    drop(printer.print(&event));
});
