//! `chainrule check --diagnose`: digits and kinks.

mod support;

use support::run;

#[test]
fn the_operation_that_loses_digits_is_named() {
    let shown = run(["check", "(1 - cos(x))/x^2", "--at", "x=1e-7", "--diagnose"]).exits(0);
    let told = shown.stdout;
    assert!(told.contains("of 16 digits are right"), "{told}");
    assert!(told.contains("`1 - cos(x)` = `1 - 0.999999999999995` loses"), "{told}");
    let words = ["check", "(1 - cos(x))/x^2", "--at", "x=1e-7", "--diagnose", "--json"];
    let document = run(words).exits(0).json();
    // The value is 0.4996, the exact one 0.49999999999999958.
    assert!(document["digits"].as_f64().is_some_and(|d| d < 3.5), "{document}");
    assert_eq!(document["losses"][0]["node"], "1 - cos(x)");
    assert_eq!(document["kinks"], serde_json::json!([]));
}

#[test]
fn a_kink_is_told_with_both_slopes_and_as_near_as_asked_for() {
    let kink = ["check", "abs(x - 1) + 3y", "--at", "x=1.001,y=0", "--diagnose"];
    assert!(!run(kink).exits(0).stdout.contains("kink"));
    let near = run(kink.iter().chain(&["--near", "0.01"])).exits(0);
    assert!(near.stdout.contains("slope in x -1 below, 1 above"), "{}", near.stdout);
    run(["check", "log(x)", "--at", "x=-1", "--diagnose"]).exits(4).says(&["log of −1"]);
    run(["check", "x", "--at", "x=1", "--near", "0.1"]).exits(2);
}
