//! One crate a file.

pub mod aad;
pub mod chainrule;
pub mod easy_ml;
pub mod echidna;
pub mod reverse;
pub mod xad;
