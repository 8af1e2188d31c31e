//! Writes pictures of small and larger graphs to a directory, to be looked at:
//! `cargo run --release -p chainrule-draw --example gallery -- out`. A second argument names a file
//! of points, `x1,x2,y` with a header, for the decision regions.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use chainrule::draw::{Diagram, Direction, Options};
use chainrule::{Graph, Value};
use chainrule_draw::{Picture, PngOptions, SvgOptions, plot};

fn chapter(graph: &Graph) -> Value<'_> {
    let [a, b, c, d] = [("a", 2.0), ("b", -3.0), ("c", 10.0), ("d", -2.0)]
        .map(|(name, value)| graph.value(value).label(name));
    let e = (a * b).label("e");
    let f = (e + c).label("f");
    (f * d).label("L")
}

/// A perceptron of the given widths with `tanh`, its weights made up.
fn perceptron<'g>(graph: &'g Graph, widths: &[usize]) -> Value<'g> {
    let mut layer: Vec<_> =
        (0..widths[0]).map(|i| graph.value(i as f64 - 0.5).label(format!("x{i}"))).collect();
    for (depth, &width) in widths.iter().enumerate().skip(1) {
        layer = (0..width)
            .map(|j| {
                let bias = graph.value(0.1).label(format!("b{depth}{j}"));
                let weigh = |sum: Value<'g>, (i, &x): (usize, &Value<'g>)| {
                    let weight = ((i * 7 + j * 3 + depth) as f64).sin();
                    sum + graph.value(weight).label(format!("w{depth}{j}{i}")) * x
                };
                layer.iter().enumerate().fold(bias, weigh).tanh()
            })
            .collect();
    }
    layer[0]
}

fn plots(
    save: &impl Fn(&str, &Picture, f64) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let descend = |rate: f64| -> Vec<f64> {
        std::iter::successors(Some(6.5), |a| Some(a - rate * (2.0 * a - 10.0))).take(20).collect()
    };
    let f = |a: f64| a * a - 10.0 * a + 28.0;
    let path = descend(0.1);
    let losses = |rate| descend(rate).into_iter().map(|a| f(a) - 3.0).collect::<Vec<_>>();
    let (slow, fast) = (losses(0.1), losses(0.35));
    let runs: [(&str, &[f64]); 2] = [("η = 0.1", &slow), ("η = 0.35", &fast)];
    save("loss", &plot::loss_curve(&runs, "distance to the minimum, f(a) − 3")?, 1.5)?;
    let curve = plot::descent_path_1d(f, &path, "a", "f(a) = a² − 10a + 28, η = 0.1")?;
    save("path-1d", &curve, 1.5)?;
    let valley = |x: f64, y: f64| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2);
    let mut point = (-1.2, 1.0);
    let mut path = vec![point];
    for _ in 0..400 {
        let (x, y) = point;
        let inner = y - x * x;
        point = (x - 0.001 * (2.0 * (x - 1.0) - 400.0 * x * inner), y - 0.001 * 200.0 * inner);
        path.push(point);
    }
    let title = "Rosenbrock's valley, gradient descent, η = 0.001";
    save("path-2d", &plot::contour_path_2d(valley, &path, ("x", "y"), title)?, 1.5)?;
    let data = match std::env::args().nth(2) {
        Some(path) => std::fs::read_to_string(path)?,
        None => String::new(),
    };
    let rows: Vec<Vec<f64>> = data
        .lines()
        .skip(1)
        .map(|line| line.split(',').filter_map(|cell| cell.parse().ok()).collect())
        .filter(|row: &Vec<f64>| row.len() == 3)
        .collect();
    if !rows.is_empty() {
        let points: Vec<_> = rows.iter().map(|row| (row[0], row[1])).collect();
        let labels: Vec<_> = rows.iter().map(|row| row[2]).collect();
        let score = |x: f64, y: f64| (3.0 * x - 1.5).sin() * 0.6 + y * -1.2 + 0.3;
        let plot = plot::decision_boundary(score, &points, &labels, None, "two moons")?;
        save("regions", &plot, 1.5)?;
    }
    Ok(())
}

/// The plots of a made-up fit, with one row far out.
fn fit_plots(
    save: &impl Fn(&str, &Picture, f64) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let wave = |i: u32, k: f64| (f64::from(i) * k).sin();
    let rows: Vec<usize> = (0..80).collect();
    let mut residuals: Vec<f64> =
        (0..80).map(|i| 40.0 * (wave(i, 12.9) + wave(i, 78.2) + wave(i, 37.7))).collect();
    residuals[17] = 260.0;
    let fitted: Vec<f64> = (0..80).map(|i| 60_000.0 + 90.0 * f64::from(i)).collect();
    let actual: Vec<f64> = fitted.iter().zip(&residuals).map(|(f, r)| f + r).collect();
    let mut leverages: Vec<f64> = (0..80).map(|i| 0.03 + 0.02 * wave(i, 5.1)).collect();
    leverages[17] = 0.21;
    let standardized: Vec<f64> = residuals.iter().map(|r| r / 70.0).collect();
    save(
        "fit-predicted",
        &plot::predicted_actual(&fitted, &actual, "TOTEMP", "Predictions")?,
        1.5,
    )?;
    save("fit-residuals", &plot::residuals_fitted(&fitted, &residuals, "Residuals")?, 1.5)?;
    save("fit-quantiles", &plot::normal_quantiles(&residuals, "Are residuals normal?")?, 1.5)?;
    let title = "Which rows matter";
    save("fit-leverage", &plot::leverage(&leverages, &standardized, &rows, 3, title)?, 1.5)?;
    let entries = [
        ("GNPDEFL", 162.0, (-1900.0, 2200.0)),
        ("GNP", -3560.0, (-10_900.0, 3800.0)),
        ("UNEMP", -1890.0, (-2900.0, -850.0)),
        ("ARMED", -720.0, (-1060.0, -370.0)),
        ("YEAR", 8710.0, (4700.0, 12_700.0)),
    ];
    let title = "Change of TOTEMP by one standard deviation, with 95 % intervals";
    save("fit-coefficients", &plot::coefficients(&entries, "change of TOTEMP", title)?, 1.5)?;
    let penalties: Vec<f64> = (0..40).map(|i| 10f64.powf(-3.0 + f64::from(i) * 0.1)).collect();
    let curve = |start: f64, end: f64| -> Vec<f64> {
        penalties.iter().map(|p| start * (1.0 - p / end).max(0.0)).collect()
    };
    let curves = [("age", curve(3.0, 6.0)), ("bmi", curve(-2.0, 2.0)), ("bp", curve(1.0, 0.4))];
    let path = plot::regularization_path(&penalties, &curves, Some(0.3), "Lasso path")?;
    save("fit-path", &path, 1.5)?;
    let score = |&penalty: &f64| plot::PenaltyScore {
        penalty,
        mean: 3000.0 + 400.0 * (penalty.log10() + 0.5).powi(2),
        std_error: 180.0,
    };
    let scores: Vec<_> = penalties.iter().map(score).collect();
    let title = "5-fold cross-validation";
    let label = "mean squared error";
    save("fit-cv", &plot::cross_validation(&scores, Some(0.3), label, title)?, 1.5)
}

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::args().nth(1).unwrap_or_else(|| "out".to_owned());
    std::fs::create_dir_all(&out)?;
    let save = |name: &str, picture: &Picture, scale: f64| -> Result<(), Box<dyn Error>> {
        let path = Path::new(&out).join(name);
        std::fs::write(path.with_extension("svg"), picture.svg(&SvgOptions::default()))?;
        let options = PngOptions { scale, ..PngOptions::default() };
        std::fs::write(path.with_extension("png"), picture.png(&options)?)?;
        Ok(())
    };
    let graph = Graph::new();
    let a = graph.value(6.0).label("a");
    let graphs = [
        ("chapter", chapter(&graph)),
        ("quadratic", a.powi(2) - 10.0 * a + 28.0),
        ("twice", (a + a).label("b")),
        ("neuron", perceptron(&graph, &[2, 1])),
        ("layers", perceptron(&graph, &[2, 3, 1])),
        ("mlp", perceptron(&graph, &[3, 4, 4, 1])),
        ("large", perceptron(&graph, &[3, 9, 9, 1])),
    ];
    for (name, value) in graphs {
        for (direction, suffix) in [(Direction::LeftToRight, ""), (Direction::TopToBottom, "-tb")] {
            let started = Instant::now();
            let options = Options { direction, max_nodes: 1000, ..Options::default() };
            let diagram: Diagram = options.diagram(&value.trace_with_gradient());
            let picture = Picture::from(&diagram);
            let laid_out = started.elapsed();
            save(&format!("{name}{suffix}"), &picture, if name == "large" { 0.6 } else { 1.5 })?;
            println!("{name}{suffix}: {} shapes, {laid_out:?}", diagram.nodes().len());
        }
    }
    let collapsed = Options::default().diagram(&perceptron(&graph, &[3, 9, 9, 1]).trace());
    plots(&save)?;
    fit_plots(&save)?;
    save("collapsed", &Picture::from(&collapsed), 1.0)?;
    Ok(())
}
