//! `score/2`: from what the rules came to and how much they could exercise, a score of 0-100 and a grade. All numbers are in
//! `data/score.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Category, Confidence, Severity};

/// The version that reports name.
pub const SCORE_VERSION: &str = "score/2";

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
    pub reach: ReachNumbers,
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
    pub firm_high: u8,
}

#[derive(Debug, Clone, Deserialize)]
#[allow(missing_docs)]
pub struct ReachNumbers {
    pub graded: f64,
    pub firm: f64,
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

/// How much of what the rules ask was exercised: sent, and answered in a way that lets a rule judge.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reach {
    /// For each category that applies, the weighted share of its rules times operations that was exercised, 0 to 1.
    pub categories: BTreeMap<Category, f64>,
    /// The share of the operations that was exercised, 0 to 1.
    pub operations: f64,
    /// Why there can be no grade, however much was exercised.
    pub no_grade: Option<String>,
    /// Why a grade can only be provisional, however much was exercised.
    pub doubt: Option<String>,
    /// What keeps the reach down, as a sentence for the reader of the grade; may be empty.
    pub because: String,
}

impl Reach {
    /// Everything that these rules ask was exercised.
    pub fn whole(outcomes: &[Scored]) -> Reach {
        let applies = outcomes.iter().filter(|o| o.outcome != RuleOutcome::NotApplicable);
        Reach { categories: applies.map(|o| (o.category, 1.0)).collect(), operations: 1.0, ..Reach::default() }
    }
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
    /// 0-100 after the cap; `None` when the grade is withheld.
    pub score: Option<u8>,
    /// The grade; `None` when withheld.
    pub grade: Option<Grade>,
    /// Whether the grade might be another with more reach.
    pub provisional: bool,
    /// Why the grade is withheld or provisional.
    pub reason: Option<String>,
    /// The best score that what was found permits, whatever else could be tested.
    pub at_most: u8,
    /// The score before the cap, when a cap lowered it.
    pub before_cap: Option<u8>,
    /// What capped it.
    pub cap: Option<String>,
    /// Each category.
    pub categories: BTreeMap<Category, CategoryScore>,
    /// Percent of rules times operations that was exercised, weighted.
    pub reach: f64,
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
///
/// What was found counts in full. What was exercised counts a category in proportion to its reach, so that less reach never makes a
/// better score; and reach decides how good a grade may be.
pub fn score(outcomes: &[Scored], reach: &Reach, context: Context) -> Score {
    let mut result = score_once(outcomes, reach, context);
    result.best_next_fix = best_next_fix(outcomes, reach, context, &result);
    result
}

fn best_next_fix(outcomes: &[Scored], reach: &Reach, context: Context, now: &Score) -> Option<(String, u8)> {
    let before = now.score?;
    let mut best: Option<(u8, Severity, String)> = None;
    for (index, fixed) in outcomes.iter().enumerate() {
        if !matches!(fixed.outcome, RuleOutcome::Failed { .. }) {
            continue;
        }
        let mut then = outcomes.to_vec();
        then[index].outcome = RuleOutcome::Passed;
        let gain = score_once(&then, reach, context).score.unwrap_or(before).saturating_sub(before);
        let better = best.as_ref().is_none_or(|(g, s, id)| {
            (gain, fixed.severity, std::cmp::Reverse(&fixed.rule)) > (*g, *s, std::cmp::Reverse(id))
        });
        if gain > 0 && better {
            best = Some((gain, fixed.severity, fixed.rule.clone()));
        }
    }
    best.map(|(gain, _, rule)| (rule, gain))
}

/// The weights of the categories that apply: in all, what of it was reached, and what findings took.
#[derive(Default)]
struct Weights {
    whole: f64,
    reached: f64,
    lost: f64,
}

impl Weights {
    /// The score when so much was reached.
    fn score(&self, reached: f64) -> u8 {
        if reached <= 0.0 {
            return 0;
        }
        (100.0 - self.lost / reached).round().clamp(0.0, 100.0) as u8
    }
}

fn score_once(outcomes: &[Scored], reach: &Reach, context: Context) -> Score {
    let table = ScoreTable::get();
    let mut categories = BTreeMap::new();
    let mut weights = Weights::default();
    for category in Category::ALL {
        let of: Vec<&Scored> = outcomes.iter().filter(|o| o.category == category).collect();
        let applies = of.iter().any(|o| o.outcome != RuleOutcome::NotApplicable);
        let assessed = of.iter().any(|o| matches!(o.outcome, RuleOutcome::Failed { .. } | RuleOutcome::Passed));
        let mut lost: Vec<f64> = of.iter().map(|o| deduction(table, o)).collect();
        lost.sort_by(f64::total_cmp); // one order of summation, whatever order the outcomes came in
        let lost = lost.iter().sum::<f64>().min(100.0);
        // Without a share nothing of the category could be asked by this scan, such as what only a deeper one asks.
        let share = reach.categories.get(&category).copied().or(assessed.then_some(1.0));
        if let Some(share) = share.filter(|_| applies) {
            let weight = table.weight(context, category);
            weights.whole += weight;
            weights.reached += weight * share.clamp(0.0, 1.0);
            weights.lost += weight * lost;
        }
        categories.insert(category, CategoryScore { score: assessed.then_some(100.0 - lost), applies });
    }
    let cap = cap(table, outcomes);
    let most = cap.as_ref().map_or(100, |(most, _)| *most);
    // Where nothing applied, nothing was found that limits the score.
    let permitted = if weights.whole > 0.0 { weights.score(weights.whole) } else { 100 };
    let (mean, at_most) = (weights.score(weights.reached), permitted.min(most));
    let percent = if weights.whole > 0.0 { weights.reached / weights.whole * 100.0 } else { 0.0 };
    let standing = standing(table, reach, percent, at_most);
    // What stands in front of an API is none of it, however many rules could judge that.
    let is_unseen = reach.no_grade.is_some() && reach.operations <= 0.0;
    let score = (standing != Standing::Withheld).then(|| mean.min(at_most));
    let is_capped = score.is_some() && most < mean;
    Score {
        score,
        grade: score.map(Grade::of),
        provisional: standing == Standing::Provisional,
        reason: reason(table, reach, percent, standing),
        at_most,
        before_cap: is_capped.then_some(mean),
        cap: cap.map(|(_, why)| why).filter(|_| is_capped),
        categories,
        reach: if is_unseen { 0.0 } else { percent },
        best_next_fix: None,
    }
}

/// What a grade may say.
#[derive(Clone, Copy, PartialEq)]
enum Standing {
    Firm,
    Provisional,
    Withheld,
}

/// What was found counts at any reach: where it alone makes an F, more reach makes nothing better.
fn standing(table: &ScoreTable, reach: &Reach, percent: f64, at_most: u8) -> Standing {
    let enough = |least: f64| percent >= least;
    if Grade::of(at_most) == Grade::F {
        Standing::Firm
    } else if reach.no_grade.is_some() || !enough(table.reach.graded) {
        Standing::Withheld
    } else if reach.doubt.is_some() || !enough(table.reach.firm) || reach.operations * 100.0 < table.reach.firm {
        Standing::Provisional
    } else {
        Standing::Firm
    }
}

fn reason(table: &ScoreTable, reach: &Reach, percent: f64, standing: Standing) -> Option<String> {
    let because = if reach.because.is_empty() { String::new() } else { format!(": {}", reach.because) };
    match standing {
        Standing::Firm => None,
        Standing::Withheld => Some(reach.no_grade.clone().unwrap_or_else(|| {
            // Rounded down, so that what is not enough never reads as if it were.
            format!("reach is {:.0} %, and a grade needs {:.0} %{because}", percent.floor(), table.reach.graded)
        })),
        Standing::Provisional => Some(reach.doubt.clone().unwrap_or_else(|| {
            if percent < table.reach.firm {
                format!("reach is {:.0} %{because}", percent.floor())
            } else {
                reach.because.clone()
            }
        })),
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
    } else if count(Severity::High, Confidence::Firm) > 0 {
        Some((table.cap.firm_high, "a firm high limits the grade".to_owned()))
    } else {
        None
    }
}
