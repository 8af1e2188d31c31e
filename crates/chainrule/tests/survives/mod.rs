//! What must hold for any text at all; the body of the fuzz target and of a bounded test.

use chainrule::formula::{Formula, parse_assignments};

/// Reads `text` as a formula and as assignments, and uses whatever comes out of it.
pub(crate) fn any_text(text: &str) {
    let assignments = parse_assignments(text);
    if let Err(error) = &assignments {
        assert!(!error.render(text).is_empty());
    }
    let formula = match Formula::parse(text) {
        Ok(formula) => formula,
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            assert!(span.start <= span.end && span.end <= text.len(), "{span:?} of {text:?}");
            assert!(error.render(text).contains(error.message()));
            return;
        }
    };
    let x: Vec<f64> = (0..formula.variables().len()).map(|i| 0.5 + i as f64).collect();
    let value = formula.value(&x);
    let mut gradient = vec![0.0; x.len()];
    assert_eq!(formula.value_and_gradient(&x, &mut gradient).to_bits(), value.to_bits());
    let finite = value.is_finite() && gradient.iter().all(|g| g.is_finite());
    assert_eq!(formula.diagnose(&x).is_none(), finite, "{text:?}");
    let graph = chainrule::Graph::new();
    let built = formula.build(&graph, &x).result.value();
    assert_eq!(built.to_bits(), value.to_bits(), "{text:?}");
    let printed = formula.to_string();
    let names: Vec<&str> = formula.variables().iter().map(String::as_str).collect();
    let again = Formula::parse_with(&printed, &names)
        .unwrap_or_else(|e| panic!("{text:?} printed as {printed:?}: {}", e.render(&printed)));
    // Printing puts an alias's own name in its place, so variables may appear in another order.
    let given: Vec<(String, f64)> = formula.variables().iter().cloned().zip(x).collect();
    assert!(formula.bind(&given).is_ok(), "{text:?}");
    let same = again.value(&again.bind(&given).expect("it has the same variables"));
    assert!(same.to_bits() == value.to_bits() || same.is_nan() && value.is_nan(), "{text:?}");
    for node in (0..formula.program().len()).map(|i| chainrule::program::NodeId(i as u32)) {
        let span = formula.span(node).expect("every node has a place");
        assert!(text.get(span.clone()).is_some(), "{span:?} of {text:?}");
    }
    if let Ok(given) = assignments {
        let _ = formula.bind(&given);
    }
}
