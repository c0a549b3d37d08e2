//! The promises of `score/1`.

use model::{Category, Confidence, Context, RuleOutcome, Scored, Severity, score};
use proptest::prelude::*;

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
    assert!(of(Severity::High, Confidence::Firm) > 79);
    assert!(of(Severity::Info, Confidence::Confirmed) == 100);
}

#[test]
fn a_capped_score_shows_what_it_would_be_and_what_to_fix_first() {
    let result = score(&one(Severity::Critical, Confidence::Confirmed), Context::Public);
    assert!(result.before_cap.unwrap() > 49);
    assert_eq!(result.best_next_fix, Some(("found".to_owned(), 51)));
}

#[test]
fn too_little_coverage_withholds_the_grade() {
    let outcomes: Vec<Scored> = Category::ALL
        .into_iter()
        .map(|category| Scored {
            rule: format!("rule-{category}"),
            category,
            severity: Severity::Low,
            outcome: if category == Category::Llm { RuleOutcome::Passed } else { RuleOutcome::NotTested },
        })
        .collect();
    let result = score(&outcomes, Context::Public);
    assert_eq!((result.score, result.grade), (Some(100), None));
    assert!(result.withheld.is_some());
}
