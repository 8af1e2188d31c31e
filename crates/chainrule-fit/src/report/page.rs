//! The page: headings, tables, figures, style.

use super::{Report, plots};
use crate::fit::{Fit, Status};
use chainrule::expression::significant;
use chainrule_draw::{SvgOptions, escaped};

/// Nothing may be loaded or run, whatever a label holds.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// Pictures wider than this take the width of the page.
const WIDE: f64 = 800.0;

const STYLE: &str = "\
body{margin:0;background:#f4f6f8;color:#1a1d21;font:16px/1.5 system-ui,-apple-system,'Segoe UI',\
'DejaVu Sans',sans-serif}\
main{max-width:1360px;margin:0 auto;padding:1.25rem}\
header,section{background:#fff;border:1px solid #dde2e7;border-radius:8px;padding:1rem 1.25rem;\
margin:0 0 1.25rem}\
h1{font-size:1.5rem;margin:0 0 .25rem;overflow-wrap:anywhere}\
h2{font-size:1.1rem;margin:0 0 .75rem}\
p{margin:.25rem 0}\
.model{font-family:ui-monospace,'DejaVu Sans Mono',monospace;overflow-wrap:anywhere}\
.quiet,figcaption{color:#53606c;font-size:.9rem}\
.wide{overflow-x:auto}\
table{border-collapse:collapse;font-variant-numeric:tabular-nums}\
th,td{padding:.3rem .8rem;text-align:right;border-bottom:1px solid #e6eaee;white-space:nowrap}\
th:first-child,td:first-child{text-align:left;padding-left:0;white-space:normal;\
overflow-wrap:anywhere;min-width:6rem}\
thead th{color:#53606c;font-weight:600}\
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.6rem 1.5rem;margin:0}\
dt{color:#53606c;font-size:.85rem}\
dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}\
.issues{border-left:5px solid #d55e00}\
.issues ul{margin:0;padding-left:1.2rem}\
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:1.25rem}\
.figures section{margin:0;min-width:0}\
.figures .whole{grid-column:1/-1}\
.whole svg{max-width:none;margin:0}\
figure{margin:0}\
svg{display:block;max-width:100%;height:auto;margin:0 auto .5rem}\
@media print{body{background:#fff}section,header{break-inside:avoid}}";

pub(super) fn html(report: &Report<'_>) -> String {
    let title = escaped(report.title);
    let mut page = format!(
        "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n\
         <meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\"/>\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
    );
    page += &format!(
        "<header>\n<h1>{title}</h1>\n<p class=\"model\">{}</p>\n<p class=\"quiet\">{}</p>\n</header>\n",
        escaped(&report.fit.model),
        escaped(&report.fit.method)
    );
    page += &issues(report.fit);
    page += &summary(report);
    page += &coefficients(report.fit);
    let sections = plots::sections(report);
    if !sections.is_empty() {
        page += "<div class=\"figures\">\n";
        for section in sections {
            let options = SvgOptions { title: Some(section.heading.clone()), opaque: true };
            // A wide graph is scrolled: shrunk to a column it cannot be read.
            let class = if section.picture.size().0 > WIDE { " class=\"whole\"" } else { "" };
            page += &format!(
                "<section{class}>\n<h2>{}</h2>\n<figure>\n<div class=\"wide\">\n{}</div>\n\
                 <figcaption>{}</figcaption>\n</figure>\n</section>\n",
                escaped(&section.heading),
                section.picture.svg(&options),
                escaped(&section.text)
            );
        }
        page += "</div>\n";
    }
    page += &format!(
        "<p class=\"quiet\">Written by chainrule {}.</p>\n</main>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    );
    page
}

fn issues(fit: &Fit) -> String {
    if fit.issues.is_empty() {
        return String::new();
    }
    let mut items = String::new();
    for issue in &fit.issues {
        items += &format!("<li>{}</li>\n", escaped(issue));
    }
    format!("<section class=\"issues\">\n<h2>To know first</h2>\n<ul>\n{items}</ul>\n</section>\n")
}

fn summary(report: &Report<'_>) -> String {
    let fit = report.fit;
    let mut facts = report.facts.clone();
    let mut add = |name: &str, text: String| facts.push((name.to_owned(), text));
    add("Rows used", fit.rows_used.to_string());
    add("Rows dropped", fit.rows_dropped.to_string());
    let mut number = |name: &str, x: Option<f64>| {
        if let Some(x) = x {
            add(name, significant(x, 6));
        }
    };
    number("R²", fit.r_squared);
    number("Adjusted R²", fit.adjusted_r_squared);
    number("Residual s.d.", fit.residual_sd);
    number("Residual degrees of freedom", (fit.residual_df > 0.0).then_some(fit.residual_df));
    number("Residual sum of squares", fit.rss);
    number("Log-likelihood", fit.log_likelihood);
    number("Deviance", fit.deviance);
    number("AIC", fit.aic);
    number("BIC", fit.bic);
    number("Condition number", fit.condition);
    if let Some((f, df, p)) = fit.f_statistic {
        let p = probability(p);
        add("F", format!("{} on {df} and {} d.o.f., p = {p}", significant(f, 6), fit.freedom()));
    }
    if fit.steps > 0 || fit.status != Status::Converged {
        add("Steps", format!("{}, {}", fit.steps, fit.status.word()));
    }
    let mut items = String::new();
    for (name, text) in facts {
        items += &format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(&name), escaped(&text));
    }
    format!("<section>\n<h2>Summary</h2>\n<dl>\n{items}</dl>\n</section>\n")
}

fn coefficients(fit: &Fit) -> String {
    if fit.coefficients.is_empty() {
        return String::new();
    }
    let has_errors = fit.coefficients.iter().any(|c| c.std_error.is_finite());
    let head = if has_errors {
        "<th>Estimate</th><th>Std. error</th><th>Statistic</th><th>p</th><th>Interval</th>"
    } else {
        "<th>Estimate</th>"
    };
    let number = |x: f64| if x.is_nan() { "–".to_owned() } else { significant(x, 6) };
    let mut rows = String::new();
    for c in &fit.coefficients {
        rows += &format!("<tr><td>{}</td><td>{}</td>", escaped(&c.name), number(c.estimate));
        if has_errors {
            let p = escaped(&probability(c.p_value));
            rows += &format!(
                "<td>{}</td><td>{}</td><td>{p}</td><td>{} to {}</td>",
                number(c.std_error),
                if c.statistic.is_nan() { "–".to_owned() } else { significant(c.statistic, 4) },
                number(c.interval.0),
                number(c.interval.1),
            );
        }
        rows += "</tr>\n";
    }
    format!(
        "<section>\n<h2>Estimates</h2>\n<div class=\"wide\">\n<table>\n<thead><tr><th></th>{head}</tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n</div>\n</section>\n"
    )
}

/// A p-value; one that no number can hold is below the smallest that can be.
fn probability(p: f64) -> String {
    match p {
        p if p.is_nan() => "–".to_owned(),
        0.0 => "<1e-300".to_owned(),
        p => significant(p, 2),
    }
}
