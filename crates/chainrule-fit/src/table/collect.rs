//! Columns that grow block by block; a text has the same code in all of them.

use super::Data;
use super::parse::Kind;
use std::collections::HashMap;

/// A text column under way.
#[derive(Default)]
pub(super) struct Levels {
    pub(super) texts: Vec<String>,
    pub(super) codes: Vec<u32>,
    places: HashMap<String, u32>,
}

impl Levels {
    /// The code of a text.
    pub(super) fn code(&mut self, text: &str) -> u32 {
        if let Some(&code) = self.places.get(text) {
            return code;
        }
        let code = u32::try_from(self.texts.len()).expect("fewer than 2^32 levels fit into memory");
        self.texts.push(text.into());
        self.places.insert(text.into(), code);
        code
    }
}

/// A column under way.
pub(super) enum Collected {
    None,
    Numbers(Vec<f64>),
    Text(Levels),
}

impl Collected {
    pub(super) fn new(kind: Kind) -> Self {
        match kind {
            Kind::Skip => Collected::None,
            Kind::Number | Kind::Boolean => Collected::Numbers(Vec::new()),
            Kind::Text => Collected::Text(Levels::default()),
        }
    }

    pub(super) fn append(&mut self, data: Data) {
        match (self, data) {
            (Collected::Numbers(all), Data::Numbers(numbers)) => all.extend_from_slice(&numbers),
            (Collected::Text(all), Data::Text { levels, codes }) => {
                let codes = translated(all, &levels, codes);
                all.codes.extend_from_slice(&codes);
            }
            _ => {}
        }
    }

    pub(super) fn data(self) -> Option<Data> {
        match self {
            Collected::None => None,
            Collected::Numbers(numbers) => Some(Data::Numbers(numbers)),
            Collected::Text(Levels { texts, codes, .. }) => {
                Some(Data::Text { levels: texts, codes })
            }
        }
    }
}

/// The codes of a block in the codes of all blocks.
pub(super) fn translated(all: &mut Levels, levels: &[String], mut codes: Vec<u32>) -> Vec<u32> {
    let new: Vec<u32> = levels.iter().map(|level| all.code(level)).collect();
    for code in codes.iter_mut().filter(|code| **code != Data::MISSING) {
        *code = new[*code as usize];
    }
    codes
}
