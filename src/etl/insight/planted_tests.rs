//! A short form of `cargo bench --bench insight`: what is planted in made robots is recovered.

#[path = "../../../benches/quality_score/generator.rs"]
#[allow(dead_code, reason = "benchmarks use all of it")]
mod generator;
#[path = "../../../benches/quality_score/pipeline.rs"]
mod pipeline;
#[path = "../../../benches/insight/truth.rs"]
mod truth;

use crate as etl;

#[test]
fn planted_figures_are_recovered() {
    for line in truth::lines(0..2).unwrap() {
        let (figure, planted, recovered) = (line.figure, line.planted, line.recovered);
        assert!(planted > 0, "{figure}");
        assert_eq!(
            recovered, planted,
            "{figure}: at worst {} {}",
            line.worst, line.unit
        );
    }
}
