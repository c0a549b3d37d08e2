//! The promises of `score/2`.

use std::collections::BTreeMap;

use model::{Category, Confidence, Context, Grade, Reach, RuleOutcome, Score, Scored, Severity};
use proptest::prelude::*;

/// The score when everything was exercised.
fn score(outcomes: &[Scored], context: Context) -> Score {
    model::score(outcomes, &Reach::whole(outcomes), context)
}

fn reach() -> impl Strategy<Value = Reach> {
    (proptest::collection::vec(0.0..=1.0f64, 12), 0.0..=1.0f64).prop_map(|(shares, operations)| Reach {
        categories: Category::ALL.into_iter().zip(shares).collect(),
        operations,
        ..Reach::default()
    })
}

fn outcome() -> impl Strategy<Value = RuleOutcome> {
    prop_oneof![
        (0..3usize, 1..60usize).prop_map(|(c, locations)| RuleOutcome::Failed {
            confidence: [Confidence::Tentative, Confidence::Firm, Confidence::Confirmed][c],
            locations
        }),
        Just(RuleOutcome::Passed),
        Just(RuleOutcome::NotTested),
        Just(RuleOutcome::NotApplicable),
    ]
}

fn scored() -> impl Strategy<Value = Scored> {
    (0..12usize, 0..5usize, outcome(), 0..1000u32).prop_map(|(category, severity, outcome, n)| Scored {
        rule: format!("rule-{n}"),
        category: Category::ALL[category],
        severity: Severity::ALL[severity],
        outcome,
    })
}

fn found() -> impl Strategy<Value = Scored> {
    (scored(), 0..3usize, 1..60usize).prop_map(|(scored, c, locations)| Scored {
        outcome: RuleOutcome::Failed {
            confidence: [Confidence::Tentative, Confidence::Firm, Confidence::Confirmed][c],
            locations,
        },
        ..scored
    })
}

fn outcomes() -> impl Strategy<Value = Vec<Scored>> {
    proptest::collection::vec(scored(), 1..60)
}

fn context() -> impl Strategy<Value = Context> {
    prop_oneof![Just(Context::Public), Just(Context::Internal), Just(Context::Financial), Just(Context::Medical)]
}

/// The categories that are assessed.
fn assessed(outcomes: &[Scored], context: Context) -> Vec<Category> {
    score(outcomes, context).categories.into_iter().filter(|(_, c)| c.score.is_some()).map(|(id, _)| id).collect()
}

proptest! {
    #[test]
    fn one_more_finding_never_raises_the_score(base in outcomes(), more in found(), context in context()) {
        let mut then = base.clone();
        then.push(more);
        prop_assume!(assessed(&base, context) == assessed(&then, context));
        prop_assert!(score(&then, context).score <= score(&base, context).score);
    }

    #[test]
    fn fixing_a_finding_never_lowers_the_score(base in outcomes(), at in any::<prop::sample::Index>(), context in context()) {
        let found: Vec<usize> = (0..base.len()).filter(|i| matches!(base[*i].outcome, RuleOutcome::Failed { .. })).collect();
        prop_assume!(!found.is_empty());
        let mut then = base.clone();
        then[found[at.index(found.len())]].outcome = RuleOutcome::Passed;
        prop_assert!(score(&then, context).score >= score(&base, context).score);
    }

    #[test]
    fn order_does_not_matter(base in outcomes(), context in context()) {
        let mut turned = base.clone();
        turned.reverse();
        let (one, other) = (score(&base, context), score(&turned, context));
        prop_assert_eq!((one.score, one.grade, one.categories), (other.score, other.grade, other.categories));
    }

    #[test]
    fn leaving_out_what_held_never_raises_the_score(base in outcomes(), at in any::<prop::sample::Index>(), context in context()) {
        let held: Vec<usize> = (0..base.len()).filter(|i| base[*i].outcome == RuleOutcome::Passed).collect();
        prop_assume!(!held.is_empty());
        let mut then = base.clone();
        then[held[at.index(held.len())]].outcome = RuleOutcome::NotTested;
        // Nothing assessed at all has no score, which is not a better one.
        prop_assert!(score(&then, context).score <= score(&base, context).score);
    }

    #[test]
    fn less_reach_never_raises_a_score_or_a_grade(
        base in outcomes(), most in reach(), shares in proptest::collection::vec(0.0..=1.0f64, 13), context in context()
    ) {
        let less = Reach {
            categories: most.categories.iter().zip(&shares).map(|((id, share), by)| (*id, share * by)).collect(),
            operations: most.operations * shares[12],
            ..Reach::default()
        };
        let (before, after) = (model::score(&base, &most, context), model::score(&base, &less, context));
        // A grade of `None` is none; where a finding makes an F, it is one at any reach.
        prop_assert!(after.score.is_none() || before.score.is_some());
        prop_assert!(after.score <= before.score && after.grade <= before.grade);
        prop_assert!(before.provisional <= after.provisional || after.grade.is_none() || after.grade == Some(Grade::F));
    }

    #[test]
    fn what_was_not_exercised_has_no_unqualified_grade(base in outcomes(), mut reach in reach(), context in context()) {
        reach.operations = reach.operations.min(0.79);
        let result = model::score(&base, &reach, context);
        prop_assert!(result.provisional || result.grade.is_none() || result.grade == Some(Grade::F), "{result:?}");
        prop_assert_eq!(result.score.is_some(), result.grade.is_some());
    }

    #[test]
    fn what_was_found_counts_at_any_reach(base in outcomes(), reach in reach(), context in context()) {
        let result = model::score(&base, &reach, context);
        prop_assert!(result.score.is_none_or(|score| score <= result.at_most));
        let whole = score(&base, context);
        // Where nothing applies there is no score, and nothing that limits it.
        prop_assert_eq!(whole.score.unwrap_or(100), result.at_most);
        if whole.grade == Some(Grade::F) {
            prop_assert_eq!((result.grade, result.provisional), (Some(Grade::F), false));
        }
    }

    #[test]
    fn a_grade_is_never_better_than_its_score(base in outcomes(), context in context()) {
        let result = score(&base, context);
        if let (Some(score), Some(grade)) = (result.score, result.grade) {
            prop_assert!(score >= grade.least());
        }
    }
}

#[test]
fn weights_of_every_context_add_up_to_a_hundred() {
    for (context, weights) in &model::ScoreTable::get().weight {
        assert!((weights.values().sum::<f64>() - 100.0).abs() < 1e-9, "{context}");
        assert_eq!(weights.len(), 12, "{context}");
    }
}

fn one(severity: Severity, confidence: Confidence) -> Vec<Scored> {
    let mut outcomes: Vec<Scored> = Category::ALL
        .into_iter()
        .map(|category| Scored {
            rule: format!("holds-{category}"),
            category,
            severity: Severity::Low,
            outcome: RuleOutcome::Passed,
        })
        .collect();
    outcomes.push(Scored {
        rule: "found".to_owned(),
        category: Category::Llm,
        severity,
        outcome: RuleOutcome::Failed { confidence, locations: 1 },
    });
    outcomes
}

#[test]
fn caps_are_those_of_the_table() {
    let of = |severity, confidence| score(&one(severity, confidence), Context::Public).score.unwrap();
    assert_eq!(of(Severity::Critical, Confidence::Confirmed), 49);
    assert_eq!(of(Severity::Critical, Confidence::Firm), 64);
    assert_eq!(of(Severity::High, Confidence::Confirmed), 79);
    assert_eq!(of(Severity::High, Confidence::Firm), 84);
    assert!(of(Severity::Info, Confidence::Confirmed) == 100);
}

#[test]
fn a_capped_score_shows_what_it_would_be_and_what_to_fix_first() {
    let result = score(&one(Severity::Critical, Confidence::Confirmed), Context::Public);
    assert!(result.before_cap.unwrap() > 49);
    assert_eq!(result.best_next_fix, Some(("found".to_owned(), 51)));
}

fn clean() -> Vec<Scored> {
    let of = |category| Scored {
        rule: format!("rule-{category}"),
        category,
        severity: Severity::Low,
        outcome: RuleOutcome::Passed,
    };
    Category::ALL.into_iter().map(of).collect()
}

#[test]
fn reach_decides_how_good_a_grade_may_be() {
    let of = |share: f64, operations: f64| {
        let categories: BTreeMap<Category, f64> = Category::ALL.into_iter().map(|c| (c, share)).collect();
        let because = "6 of 12 operations tested; 6 need --active".to_owned();
        let reach = Reach { categories, operations, because, ..Reach::default() };
        let result = model::score(&clean(), &reach, Context::Public);
        (result.grade, result.provisional, result.reason.unwrap_or_default())
    };
    let because = "6 of 12 operations tested; 6 need --active";
    assert_eq!(of(1.0, 1.0), (Some(Grade::A), false, String::new()));
    assert_eq!(of(0.7, 1.0), (Some(Grade::A), true, format!("reach is 70 %: {because}")));
    assert_eq!(of(0.9, 0.5), (Some(Grade::A), true, because.to_owned()));
    assert_eq!(of(0.599, 1.0), (None, false, format!("reach is 59 %, and a grade needs 60 %: {because}")));
}

#[test]
fn what_says_nothing_about_the_api_has_no_grade_but_an_f() {
    let wall = Reach { no_grade: Some("a wall".to_owned()), ..Reach::whole(&clean()) };
    let result = model::score(&clean(), &wall, Context::Public);
    assert_eq!((result.score, result.grade, result.reason.as_deref()), (None, None, Some("a wall")));
    let bad = model::score(&one(Severity::Critical, Confidence::Confirmed), &wall, Context::Public);
    assert_eq!((bad.grade, bad.reason), (Some(Grade::F), None));
}

#[test]
fn where_nothing_applies_there_is_no_grade_not_a_bad_one() {
    let outcome = RuleOutcome::NotApplicable;
    let rule = Scored { rule: "rule".to_owned(), category: Category::Encryption, severity: Severity::High, outcome };
    let result = model::score(&[rule], &Reach::default(), Context::Public);
    assert_eq!((result.score, result.grade, result.at_most), (None, None, 100));
}
