//! What must hold of an answer.

use serde::Deserialize;
use serde_json::Value;

use super::Printed;

/// `expect` of a step. What is not given is not looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    /// Exit code.
    exit: Option<i32>,
    /// `verdict` of the JSON answer; `not allowed` and `not denied` are understood.
    verdict: Option<String>,
    /// The least and the most percent of the connections that `path` lets through.
    share: Option<[f64; 2]>,
    /// Texts that must all stand somewhere, in capitals or not; a list is a choice.
    #[serde(default)]
    says: Vec<Choice>,
    /// Texts that must stand nowhere.
    #[serde(default)]
    never: Vec<String>,
    /// Problems that `lint` must have.
    #[serde(default)]
    problem: Vec<Problem>,
    /// Problems that it must not have.
    #[serde(default)]
    no_problem: Vec<Problem>,
    /// Rows of all pairs.
    #[serde(default)]
    flow: Vec<FlowRow>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Choice {
    One(String),
    Any(Vec<String>),
}

impl Choice {
    fn texts(&self) -> &[String] {
        match self {
            Choice::One(text) => std::slice::from_ref(text),
            Choice::Any(texts) => texts,
        }
    }
}

/// A problem is like this if all that is given holds of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Problem {
    severity: Option<String>,
    code: Option<String>,
    line: Option<u64>,
    #[serde(default)]
    says: Vec<String>,
    /// How many there are; one or more where it is not given.
    count: Option<usize>,
}

impl Problem {
    fn is(&self, problem: &Value) -> bool {
        let text = problem.to_string().to_lowercase();
        let same = |field: &str, wanted: &Option<String>| wanted.as_ref().is_none_or(|w| problem[field].as_str() == Some(w));
        same("severity", &self.severity)
            && same("code", &self.code)
            && self.line.is_none_or(|line| problem["place"]["line"].as_u64() == Some(line))
            && self.says.iter().all(|s| text.contains(&s.to_lowercase()))
    }
}

/// Rows from and to ends whose names contain these texts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FlowRow {
    from: String,
    to: String,
    /// What all of them have, such as `TCP 443`, or `all`.
    has: Option<String>,
    /// What none of them has.
    lacks: Option<String>,
}

impl FlowRow {
    fn fault(&self, answer: &Value) -> Option<String> {
        let named = |row: &Value, field: &str, part: &str| row[field].as_str().is_some_and(|name| name.contains(part));
        let rows: Vec<&Value> =
            list(answer, "flows").iter().filter(|row| named(row, "from", &self.from) && named(row, "to", &self.to)).collect();
        if let Some(wanted) = &self.has
            && (rows.is_empty() || !rows.iter().all(|row| has(list(row, "allowed"), wanted)))
        {
            return Some(format!("flows {} => {} lacks {wanted}", self.from, self.to));
        }
        let unwanted = self.lacks.as_ref().filter(|unwanted| rows.iter().any(|row| has(list(row, "allowed"), unwanted)))?;
        Some(format!("flows {} => {} has {unwanted}", self.from, self.to))
    }
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

/// Whether connections hold `PROTOCOL PORT`, or with `all` every port of TCP.
fn has(connections: &[Value], wanted: &str) -> bool {
    if wanted == "all" {
        return connections.iter().any(|c| c["protocol"] == "TCP" && c.get("ports").is_none());
    }
    let Some((protocol, port)) = wanted.split_once(' ') else { return false };
    let port: u64 = port.parse().unwrap_or(u64::MAX);
    let within = |range: &Value| range[0].as_u64() <= Some(port) && Some(port) <= range[1].as_u64();
    connections.iter().any(|c| c["protocol"] == protocol && c.get("ports").is_none_or(|_| list(c, "ports").iter().any(within)))
}

impl Expected {
    /// What of an answer is not as it should be.
    pub(super) fn faults(&self, printed: &Printed) -> Vec<String> {
        let mut faults = Vec::new();
        if self.exit.is_some() && self.exit != printed.code {
            faults.push(format!("exit code {:?}, not {:?}", printed.code.unwrap_or(-1), self.exit.unwrap_or(-1)));
        }
        let everything = format!("{}\n{}", printed.out, printed.err).to_lowercase();
        let stands = |text: &String| everything.contains(&text.to_lowercase());
        faults.extend(self.says.iter().filter(|c| !c.texts().iter().any(stands)).map(|c| format!("does not say {:?}", c.texts())));
        faults.extend(self.never.iter().filter(|text| stands(text)).map(|text| format!("says {text:?}")));
        if self.reads_json() {
            match serde_json::from_str(&printed.out) {
                Ok(answer) => self.faults_of_answer(&answer, &mut faults),
                Err(_) => faults.push(format!("no JSON answer: {:?}", printed.err.chars().take(160).collect::<String>())),
            }
        }
        faults
    }

    fn reads_json(&self) -> bool {
        self.verdict.is_some() || self.share.is_some() || !(self.problem.is_empty() && self.no_problem.is_empty() && self.flow.is_empty())
    }

    fn faults_of_answer(&self, answer: &Value, faults: &mut Vec<String>) {
        if let Some(wanted) = &self.verdict {
            let verdict = answer["verdict"].as_str().unwrap_or("none");
            let fits = wanted.strip_prefix("not ").map_or(verdict == wanted, |unwanted| verdict != unwanted);
            if !fits {
                faults.push(format!("verdict {verdict:?}, not {wanted:?}: {}", answer["summary"].as_str().unwrap_or("")));
            }
        }
        if let Some(wanted) = self.share {
            let shares = ["least", "most"].map(|which| percent(&answer["allowed"][which]));
            if !shares.iter().zip(wanted).all(|(share, wanted)| share.is_some_and(|share| (share - wanted).abs() <= 1.0)) {
                faults.push(format!("lets through {shares:?} percent, not {wanted:?}"));
            }
        }
        let problems = list(answer, "problems");
        for wanted in &self.problem {
            let found = problems.iter().filter(|p| wanted.is(p)).count();
            if found == 0 || wanted.count.is_some_and(|count| count != found) {
                faults.push(format!("{found} problems like {wanted:?}"));
            }
        }
        for unwanted in &self.no_problem {
            if let Some(problem) = problems.iter().find(|p| unwanted.is(p)) {
                faults.push(format!("has the problem {} {}", problem["code"], problem["message"]));
            }
        }
        faults.extend(self.flow.iter().filter_map(|row| row.fault(answer)));
    }
}

fn percent(share: &Value) -> Option<f64> {
    let number = |field: &str| match &share[field] {
        Value::String(text) => text.parse::<f64>().ok(),
        other => other.as_f64(),
    };
    Some(100.0 * number("part")? / number("whole")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(expected: &str, out: &str) -> Vec<String> {
        let expected: Expected = serde_json::from_str(expected).unwrap();
        expected.faults(&Printed { code: Some(0), out: out.to_owned(), err: "a note".to_owned() })
    }

    #[test]
    fn every_expectation_can_hold_and_can_fail() {
        let answer = r#"{"verdict": "denied", "allowed": {"least": {"part": "1", "whole": "3"}, "most": {"part": 1, "whole": 3}},
            "problems": [{"severity": "warning", "code": "LINT001", "place": {"line": 4}, "message": "selects Nothing"}],
            "flows": [{"from": "a/web", "to": "a/db", "allowed": [{"protocol": "TCP", "ports": [[80, 90]]}, {"protocol": "UDP"}]}]}"#;
        let table = [
            (r#"{"exit": 0}"#, r#"{"exit": 1}"#),
            (r#"{"verdict": "denied"}"#, r#"{"verdict": "not denied"}"#),
            (r#"{"share": [33.3, 33.3]}"#, r#"{"share": [33.3, 50]}"#),
            (r#"{"says": ["A NOTE", ["x", "denied"]]}"#, r#"{"says": [["qx", "qy"]]}"#),
            (r#"{"never": ["allowed it"]}"#, r#"{"never": ["A Note"]}"#),
            (r#"{"problem": [{"line": 4, "says": ["nothing"], "count": 1}]}"#, r#"{"problem": [{"severity": "error"}]}"#),
            (r#"{"no_problem": [{"code": "LINT002"}]}"#, r#"{"no_problem": [{"code": "LINT001"}]}"#),
            (r#"{"flow": [{"from": "web", "to": "db", "has": "TCP 85"}]}"#, r#"{"flow": [{"from": "web", "to": "db", "has": "TCP 91"}]}"#),
            (r#"{"flow": [{"from": "web", "to": "db", "lacks": "all"}]}"#, r#"{"flow": [{"from": "web", "to": "db", "lacks": "UDP 5"}]}"#),
        ];
        for (holds, fails) in table {
            assert_eq!(faults(holds, answer), Vec::<String>::new(), "{holds}");
            assert_eq!(faults(fails, answer).len(), 1, "{fails}");
        }
        assert_eq!(faults(r#"{"verdict": "allowed"}"#, "not JSON").len(), 1);
    }
}
