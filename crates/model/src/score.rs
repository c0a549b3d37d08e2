//! `score/1`: from what the rules came to, a score of 0-100 and a grade. All numbers are in `data/score.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Category, Confidence, Severity};

/// The version that reports name.
pub const SCORE_VERSION: &str = "score/1";

/// What the API is used for; moves category weights.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Context {
    #[default]
    Public,
    Internal,
    Financial,
    Medical,
}

impl Context {
    /// The lower-case name.
    pub const fn id(self) -> &'static str {
        match self {
            Context::Public => "public",
            Context::Internal => "internal",
            Context::Financial => "financial",
            Context::Medical => "medical",
        }
    }
}

impl FromStr for Context {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Context::Public, Context::Internal, Context::Financial, Context::Medical]
            .into_iter()
            .find(|c| c.id().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| format!("there is no context '{text}'; it is one of public, internal, financial, medical"))
    }
}

/// A letter for a score; `A` is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[allow(missing_docs)]
pub enum Grade {
    F,
    D,
    C,
    B,
    A,
}

impl Grade {
    /// The grade of a score.
    pub fn of(score: u8) -> Grade {
        [Grade::A, Grade::B, Grade::C, Grade::D].into_iter().find(|g| score >= g.least()).unwrap_or(Grade::F)
    }

    /// The least score that has this grade.
    pub fn least(self) -> u8 {
        ScoreTable::get().grade.get(&self.to_string()).copied().unwrap_or(0)
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl FromStr for Grade {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().to_ascii_uppercase().as_str() {
            "A" => Ok(Grade::A),
            "B" => Ok(Grade::B),
            "C" => Ok(Grade::C),
            "D" => Ok(Grade::D),
            "F" => Ok(Grade::F),
            _ => Err(format!("there is no grade '{text}'; it is one of A, B, C, D, F")),
        }
    }
}

/// The numbers of the score, as in `data/score.toml`.
#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs)]
pub struct ScoreTable {
    pub version: String,
    pub deduction: BTreeMap<String, f64>,
    pub confidence: BTreeMap<String, f64>,
    pub locations: LocationNumbers,
    pub cap: Caps,
    pub grade: BTreeMap<String, u8>,
    pub coverage: CoverageNumbers,
    pub weight: BTreeMap<String, BTreeMap<Category, f64>>,
}

#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs)]
pub struct LocationNumbers {
    pub most: f64,
    pub full: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs)]
pub struct Caps {
    pub confirmed_critical: u8,
    pub firm_critical: u8,
    pub two_confirmed_highs: u8,
    pub one_confirmed_high: u8,
}

#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs)]
pub struct CoverageNumbers {
    pub least: f64,
}

impl ScoreTable {
    /// The text of the table.
    pub const TEXT: &str = include_str!("../data/score.toml");

    /// The table, parsed once.
    pub fn get() -> &'static ScoreTable {
        #[allow(clippy::expect_used)] // compiled in; a test parses it
        static TABLE: LazyLock<ScoreTable> =
            LazyLock::new(|| toml::from_str(ScoreTable::TEXT).expect("data/score.toml is valid"));
        &TABLE
    }

    /// The weight of a category in a context.
    pub fn weight(&self, context: Context, category: Category) -> f64 {
        self.weight.get(context.id()).and_then(|w| w.get(&category)).copied().unwrap_or(0.0)
    }
}

/// What one rule came to in a scan.
#[derive(Debug, Clone, PartialEq)]
pub enum RuleOutcome {
    /// Found, at so many locations.
    Failed {
        /// The strongest confidence among them.
        confidence: Confidence,
        /// How many locations.
        locations: usize,
    },
    /// Tested and not found.
    Passed,
    /// Not tested.
    NotTested,
    /// Nothing of the kind is at the target, or the user did not select it.
    NotApplicable,
}

/// A category's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CategoryScore {
    /// 0-100; `None` when it could not be assessed.
    pub score: Option<f64>,
    /// Whether anything of its kind is at the target.
    pub applies: bool,
}

/// The result of scoring.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// 0-100 after the cap; `None` when nothing could be assessed.
    pub score: Option<u8>,
    /// The grade; `None` when withheld.
    pub grade: Option<Grade>,
    /// Why the grade is withheld.
    pub withheld: Option<String>,
    /// The score before the cap, when a cap lowered it.
    pub before_cap: Option<u8>,
    /// What capped it.
    pub cap: Option<String>,
    /// Each category.
    pub categories: BTreeMap<Category, CategoryScore>,
    /// Percent of the applicable weight that was assessed.
    pub assessed_weight: f64,
    /// The rule whose fix gains most, and the points.
    pub best_next_fix: Option<(String, u8)>,
}

/// A rule's id, category and severity with its outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// Rule id.
    pub rule: String,
    /// Category of the rule.
    pub category: Category,
    /// Severity of the rule.
    pub severity: Severity,
    /// What it came to.
    pub outcome: RuleOutcome,
}

/// Scores outcomes; their order does not matter.
pub fn score(outcomes: &[Scored], context: Context) -> Score {
    let mut result = score_once(outcomes, context);
    result.best_next_fix = best_next_fix(outcomes, context, &result);
    result
}

fn best_next_fix(outcomes: &[Scored], context: Context, now: &Score) -> Option<(String, u8)> {
    let before = now.score?;
    let mut best: Option<(u8, Severity, String)> = None;
    for (index, fixed) in outcomes.iter().enumerate() {
        if !matches!(fixed.outcome, RuleOutcome::Failed { .. }) {
            continue;
        }
        let mut then = outcomes.to_vec();
        then[index].outcome = RuleOutcome::Passed;
        let gain = score_once(&then, context).score.unwrap_or(before).saturating_sub(before);
        let better = best.as_ref().is_none_or(|(g, s, id)| {
            (gain, fixed.severity, std::cmp::Reverse(&fixed.rule)) > (*g, *s, std::cmp::Reverse(id))
        });
        if gain > 0 && better {
            best = Some((gain, fixed.severity, fixed.rule.clone()));
        }
    }
    best.map(|(gain, _, rule)| (rule, gain))
}

fn score_once(outcomes: &[Scored], context: Context) -> Score {
    let table = ScoreTable::get();
    let mut categories = BTreeMap::new();
    for category in Category::ALL {
        let of: Vec<&Scored> = outcomes.iter().filter(|o| o.category == category).collect();
        let applies = of.iter().any(|o| o.outcome != RuleOutcome::NotApplicable);
        let assessed = of.iter().any(|o| matches!(o.outcome, RuleOutcome::Failed { .. } | RuleOutcome::Passed));
        let mut lost: Vec<f64> = of.iter().map(|o| deduction(table, o)).collect();
        lost.sort_by(f64::total_cmp); // one order of summation, whatever order the outcomes came in
        let left = (100.0 - lost.iter().sum::<f64>()).max(0.0);
        categories.insert(category, CategoryScore { score: assessed.then_some(left), applies });
    }
    let weight = |pick: &dyn Fn(&CategoryScore) -> bool| -> f64 {
        categories.iter().filter(|(_, c)| pick(c)).map(|(id, _)| table.weight(context, *id)).sum()
    };
    let applicable = weight(&|c| c.applies);
    let assessed = weight(&|c| c.applies && c.score.is_some());
    if assessed <= 0.0 {
        return Score {
            score: None,
            grade: None,
            withheld: Some("nothing could be assessed".to_owned()),
            before_cap: None,
            cap: None,
            categories,
            assessed_weight: 0.0,
            best_next_fix: None,
        };
    }
    let sum: f64 =
        categories.iter().filter_map(|(id, c)| c.score.map(|score| score * table.weight(context, *id))).sum();
    let mean = (sum / assessed).round().clamp(0.0, 100.0) as u8;
    let cap = cap(table, outcomes);
    let capped = cap.as_ref().map_or(mean, |(most, _)| mean.min(*most));
    let assessed_weight = assessed / applicable * 100.0;
    let enough = assessed_weight >= table.coverage.least;
    Score {
        score: Some(capped),
        grade: enough.then(|| Grade::of(capped)),
        withheld: (!enough).then(|| {
            format!(
                "only {assessed_weight:.0} % of the weight of the categories that apply could be assessed; {:.0} % are needed",
                table.coverage.least
            )
        }),
        before_cap: (capped < mean).then_some(mean),
        cap: (capped < mean).then(|| cap.map(|(_, why)| why)).flatten(),
        categories,
        assessed_weight,
        best_next_fix: None,
    }
}

fn deduction(table: &ScoreTable, scored: &Scored) -> f64 {
    let RuleOutcome::Failed { confidence, locations } = scored.outcome else { return 0.0 };
    let points = table.deduction.get(scored.severity.id()).copied().unwrap_or(0.0);
    let sure = table.confidence.get(confidence.id()).copied().unwrap_or(1.0);
    let share = ((locations.max(1) as f64).ln() / table.locations.full.ln()).min(1.0);
    points * sure * (1.0 + table.locations.most * share)
}

fn cap(table: &ScoreTable, outcomes: &[Scored]) -> Option<(u8, String)> {
    let count = |severity: Severity, least: Confidence| {
        outcomes
            .iter()
            .filter(|o| {
                o.severity == severity
                    && matches!(o.outcome, RuleOutcome::Failed { confidence, .. } if confidence >= least)
            })
            .count()
    };
    if count(Severity::Critical, Confidence::Confirmed) > 0 {
        Some((table.cap.confirmed_critical, "a confirmed critical limits the grade".to_owned()))
    } else if count(Severity::Critical, Confidence::Firm) > 0 {
        Some((table.cap.firm_critical, "a firm critical limits the grade".to_owned()))
    } else if count(Severity::High, Confidence::Confirmed) > 1 {
        Some((table.cap.two_confirmed_highs, "two confirmed highs limit the grade".to_owned()))
    } else if count(Severity::High, Confidence::Confirmed) == 1 {
        Some((table.cap.one_confirmed_high, "a confirmed high limits the grade".to_owned()))
    } else {
        None
    }
}
