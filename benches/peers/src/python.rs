//! Peers in Python: a child process that prepares and times what it is told, a line of JSON each way.

use crate::timing::{Answer, Entry};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;

/// The process that runs `other_languages.py`.
pub struct Python(Rc<RefCell<Talk>>);

struct Talk {
    /// Waited for at the end.
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Talk {
    fn ask(&mut self, question: &Value) -> Result<Value, Box<dyn std::error::Error>> {
        writeln!(self.to.as_mut().ok_or("the process is gone")?, "{question}")?;
        let mut line = String::new();
        self.from.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.to = None;
        // The end of its input ends it; how it ended is no figure.
        let _ = self.child.wait();
    }
}

impl Python {
    /// Starts the interpreter of that path.
    pub fn start(interpreter: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/other_languages.py");
        let mut child = Command::new(interpreter)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("cannot start {interpreter}: {e}"))?;
        let to = child.stdin.take();
        let from = BufReader::new(child.stdout.take().ok_or("its output is piped")?);
        Ok(Python(Rc::new(RefCell::new(Talk { child, to, from }))))
    }

    /// Its peers on a workload; what one of them cannot do is told on the standard error.
    pub fn entries(
        &self,
        workload: &str,
        data: &[f64],
        at: &[f64],
    ) -> Result<Vec<Entry<'static>>, Box<dyn std::error::Error>> {
        let mut entries = Vec::new();
        let mut talk = self.0.borrow_mut();
        let peers = talk.ask(&json!({ "do": "peers" }))?;
        for peer in peers.as_array().into_iter().flatten().filter_map(Value::as_str) {
            let question = json!({ "do": "prepare", "peer": peer, "workload": workload, "data": data, "at": at });
            let answer = talk.ask(&question)?;
            let numbers =
                |key: &str| answer[key].as_array().map(|a| a.iter().filter_map(Value::as_f64));
            let (Some(value), Some(gradient), Some(name)) =
                (answer["value"].as_f64(), numbers("gradient"), answer["name"].as_str())
            else {
                eprintln!(
                    "{peer} without {workload}: {}",
                    answer["missing"].as_str().unwrap_or("no answer")
                );
                continue;
            };
            let answer = Answer { value, gradient: gradient.collect() };
            let (talk, peer, workload) = (Rc::clone(&self.0), peer.to_owned(), workload.to_owned());
            let run = move |count: u32| {
                let question =
                    json!({ "do": "run", "peer": peer, "workload": workload, "count": count });
                let answer = talk.borrow_mut().ask(&question);
                answer
                    .ok()
                    .and_then(|a| a["seconds"].as_f64())
                    .expect("Python answers with seconds")
            };
            entries.push(Entry::foreign(name.to_owned(), answer, Box::new(run)));
        }
        Ok(entries)
    }
}
