//! Scenarios: functions as text, points, and expected values from outside this project.
//!
//! The files and their expressions are described in `tools/reference/make_scenarios.py`, which
//! writes them.

#![allow(unreachable_pub, reason = "a module of a test")]

mod expression;

use chainrule::algebra::{Numeric, Term};
use expression::Expression;
pub use expression::{Number, parse};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A function and what it is at some points.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub name: String,
    pub inputs: Vec<String>,
    pub points: Vec<Expected>,
    lets: Vec<(String, Expression)>,
    outputs: Vec<Expression>,
    least_squares: bool,
    /// The objective in the formula language.
    pub formula: String,
}

/// The expected numbers at a point.
#[derive(Clone, Debug)]
pub struct Expected {
    pub x: Vec<f64>,
    pub outputs: Vec<f64>,
    pub jacobian: Vec<Vec<f64>>,
    pub value: f64,
    pub gradient: Vec<f64>,
    pub hessian: Vec<Vec<f64>>,
}

impl Scenario {
    /// Whether the text decides on a way through the function.
    pub fn branches(&self) -> bool {
        self.lets.iter().map(|(_, e)| e).chain(&self.outputs).any(Expression::branches)
    }

    /// The outputs at `x`, in the algebra of `x`.
    pub fn outputs<'a, A: Numeric>(&self, x: &[Term<'a, A>]) -> Vec<Term<'a, A>> {
        let mut names: BTreeMap<&str, Number<'a, A>> = BTreeMap::new();
        for (name, &value) in self.inputs.iter().zip(x) {
            names.insert(name, Number::Term(value));
        }
        for (name, expression) in &self.lets {
            let value = expression.value(&names);
            names.insert(name, value);
        }
        self.outputs.iter().map(|e| e.value(&names).term(x[0])).collect()
    }

    /// The objective: the sum of the squares of the outputs, or the only one.
    pub fn objective<'a, A: Numeric>(&self, x: &[Term<'a, A>]) -> Term<'a, A> {
        let outputs = self.outputs(x);
        if self.least_squares { outputs.iter().map(|&r| r * r).sum() } else { outputs[0] }
    }
}

/// All scenarios of a file.
pub fn read(text: &str) -> Vec<Scenario> {
    let file: Json = serde_json::from_str(text).expect("the generator writes JSON");
    list(&file).iter().map(scenario).collect()
}

fn scenario(json: &Json) -> Scenario {
    let binding = |line: &Json| {
        let (name, text) = string(line).split_once('=').expect("`name = expression`");
        (name.trim().to_owned(), parse(text))
    };
    let least_squares = json["least_squares"].as_bool().expect("true or false");
    let outputs: Vec<&str> = list(&json["outputs"]).iter().map(string).collect();
    let squares = || outputs.iter().map(|r| format!("({r})**2")).collect::<Vec<_>>().join(" + ");
    let objective = if least_squares { squares() } else { outputs[0].to_owned() };
    let mut lines: Vec<&str> = list(&json["lets"]).iter().map(string).collect();
    lines.push(&objective);
    Scenario {
        // The generator's choice has the name that Python gives it.
        formula: lines.join("; ").replace("where(", "if("),
        name: string(&json["name"]).to_owned(),
        inputs: list(&json["inputs"]).iter().map(|s| string(s).to_owned()).collect(),
        lets: list(&json["lets"]).iter().map(binding).collect(),
        outputs: outputs.iter().map(|text| parse(text)).collect(),
        least_squares,
        points: list(&json["points"]).iter().map(expected).collect(),
    }
}

fn expected(json: &Json) -> Expected {
    let number = |n: &Json| n.as_f64().expect("a number");
    let vector = |v: &Json| list(v).iter().map(number).collect::<Vec<_>>();
    let matrix = |m: &Json| list(m).iter().map(vector).collect();
    Expected {
        x: vector(&json["x"]),
        outputs: vector(&json["outputs"]),
        jacobian: matrix(&json["jacobian"]),
        value: number(&json["value"]),
        gradient: vector(&json["gradient"]),
        hessian: matrix(&json["hessian"]),
    }
}

fn list(json: &Json) -> &[Json] {
    json.as_array().expect("a list")
}

fn string(json: &Json) -> &str {
    json.as_str().expect("a text")
}
