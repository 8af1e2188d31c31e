//! Any text is read as a formula or refused with an error that points into it.
#![no_main]

#[path = "../../tests/survives/mod.rs"]
mod survives;

libfuzzer_sys::fuzz_target!(|text: &str| survives::any_text(text));
