//! Which baseline belongs to a machine.

use proxyrank_benchmarks::check::Processor;

const CPUINFO: &str = "processor\t: 0\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD EPYC (R) 9xx4 @ 2.6GHz\n\
                       processor\t: 1\nmodel name\t: another\n";

#[test]
fn name_generation_and_threads_make_the_file() {
    let processor = Processor::of(CPUINFO, 2);
    assert_eq!(processor.file(), "amd-epyc-r-9xx4-2-6ghz-25-17-2-threads.json");
    assert_ne!(processor.file(), Processor::of(CPUINFO, 4).file());
    assert_eq!(processor.to_string(), "AMD EPYC (R) 9xx4 @ 2.6GHz (25.17), 2 threads");
}

#[test]
fn a_system_that_tells_nothing_still_has_a_file() {
    let file = Processor::of("", 8).file();
    assert!(file.starts_with("unknown-") && file.ends_with("-8-threads.json"), "{file}");
    assert!(Processor::of("model name : ../../etc", 1).file().starts_with("etc-"));
}
