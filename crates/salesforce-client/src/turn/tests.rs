//! The breaker and the pace, by a clock that only the tests move.

use super::*;

fn down() -> OrgError {
    answer::later(Obstacle::Unreachable, "down", None)
}

fn fail(turns: &Turns, times: u32, now: i64) {
    for _ in 0..times {
        turns.take(Priority::People, None, now).unwrap().end(Some(&down()), now);
    }
}

fn wait(turns: &Turns, priority: Priority, now: i64) -> Option<u64> {
    match turns.take(priority, None, now) {
        Ok(_) => None,
        Err(OrgError::RetryLater { after, obstacle: Obstacle::HeldBack, .. }) => Some(after.as_secs()),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn five_failures_in_a_row_keep_background_work_away_for_half_a_minute() {
    let turns = Turns::default();
    fail(&turns, 4, 0);
    assert_eq!(wait(&turns, Priority::Background, 0), None);
    fail(&turns, 1, 0);
    assert_eq!(wait(&turns, Priority::Background, 0), Some(30));
    assert_eq!(wait(&turns, Priority::Background, 29_000), Some(1));
    assert_eq!(wait(&turns, Priority::Background, 30_000), None);
}

#[test]
fn a_success_or_a_plain_refusal_opens_the_way() {
    for answer in [None, Some(OrgError::fix("INVALID_FIELD", ""))] {
        let turns = Turns::default();
        fail(&turns, 5, 0);
        turns.take(Priority::People, None, 1).unwrap().end(answer.as_ref(), 1);
        assert_eq!(wait(&turns, Priority::Background, 1), None);
        fail(&turns, 4, 2);
        assert_eq!(wait(&turns, Priority::Background, 2), None, "the count began anew");
    }
}

#[test]
fn calls_for_people_go_through_a_few_at_a_time() {
    let turns = Turns::default();
    fail(&turns, 5, 0);
    let under_way: Vec<_> = (0..4).map(|_| turns.take(Priority::People, None, 0).unwrap()).collect();
    assert_eq!(wait(&turns, Priority::People, 0), Some(1));
    drop(under_way);
    assert_eq!(wait(&turns, Priority::People, 0), None, "a call that was given up gives its place back");
}

#[test]
fn each_closure_is_twice_as_long_up_to_ten_minutes() {
    let turns = Turns::default();
    fail(&turns, 5, 0);
    let mut now = 0;
    for expected in [30, 60, 120, 240, 480, 600, 600] {
        assert_eq!(wait(&turns, Priority::Background, now), Some(expected));
        now += i64::try_from(expected).unwrap() * 1000;
        let probe = turns.take(Priority::Background, None, now).unwrap();
        assert!(wait(&turns, Priority::Background, now).is_some(), "one probe at a time");
        probe.end(Some(&down()), now);
    }
}

#[test]
fn a_spent_allowance_keeps_background_work_away_at_once() {
    let turns = Turns::default();
    let spent = answer::later(Obstacle::AllowanceSpent, "TotalRequests Limit exceeded.", None);
    turns.take(Priority::Background, None, 0).unwrap().end(Some(&spent), 0);
    assert_eq!(wait(&turns, Priority::Background, 0), Some(600));
    assert_eq!(wait(&turns, Priority::People, 0), None);
}

#[test]
fn a_clock_set_back_does_not_close_the_way_for_longer() {
    let turns = Turns::default();
    fail(&turns, 5, 1_000_000_000);
    assert_eq!(wait(&turns, Priority::Background, 0), Some(30));
}

#[test]
fn background_work_slows_down_from_eighty_percent_and_people_never_do() {
    for (used, interval) in [(79, None), (80, Some(2)), (92, Some(15)), (100, Some(300)), (250, Some(300))] {
        let turns = Turns::default();
        let usage = Some(Usage { used, max: 100 });
        turns.take(Priority::Background, usage, 0).unwrap().end(None, 0);
        let again = turns.take(Priority::Background, usage, 0);
        assert_eq!(again.err().map(|error| matches!(error, OrgError::RetryLater { .. })), interval.map(|_| true));
        if let Some(seconds) = interval {
            assert!(turns.take(Priority::Background, usage, seconds * 1000 - 1).is_err());
            assert!(turns.take(Priority::Background, usage, seconds * 1000).is_ok());
        }
        for _ in 0..10 {
            turns.take(Priority::People, usage, 0).unwrap().end(None, 0);
        }
    }
}
