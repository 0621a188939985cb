//! CPU time, memory, medians, and on which machine.
#![allow(unsafe_code)] // getrusage(): std has no CPU time

use std::{fs, mem, process::Command, time::Duration};

/// The CPU time of this process, all its threads, in user and kernel mode.
pub(crate) fn own_cpu() -> Duration {
    cpu(libc::RUSAGE_SELF)
}

/// The CPU time of all children that were waited for.
pub(crate) fn children_cpu() -> Duration {
    cpu(libc::RUSAGE_CHILDREN)
}

fn cpu(who: libc::c_int) -> Duration {
    // SAFETY: `rusage` is a plain C structure of integers, for which all zeroes is a value; getrusage() fills it.
    let usage = unsafe {
        let mut usage: libc::rusage = mem::zeroed();
        assert_eq!(libc::getrusage(who, &raw mut usage), 0, "getrusage() knows {who}");
        usage
    };
    let time = |of: libc::timeval| {
        Duration::from_secs(u64::try_from(of.tv_sec).unwrap_or(0))
            + Duration::from_micros(u64::try_from(of.tv_usec).unwrap_or(0))
    };
    time(usage.ru_utime) + time(usage.ru_stime)
}

/// A line of /proc/PID/status in bytes: `VmRSS` is resident now, `VmHWM` was at most.
pub(crate) fn memory(pid: u32, line: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let kib = status.lines().find_map(|it| it.strip_prefix(line)?.strip_prefix(':'))?;
    Some(kib.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// The middle one.
pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

fn quantile(values: &[f64], at: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = at * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    low + (high - low) * place.fract()
}

/// The ratio of the medians, and between which values half of the paired ratios lie.
pub(crate) fn ratio(of: &[f64], to: &[f64]) -> String {
    let pairs: Vec<_> = of.iter().zip(to).map(|(of, to)| of / to).collect();
    let middle = median(of) / median(to);
    format!("{middle:.2} ({:.2}–{:.2})", quantile(&pairs, 0.25), quantile(&pairs, 0.75))
}

/// Date, machine and load: figures without them mean nothing.
pub(crate) fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split(':').nth(1));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let version = |program: &str, argument: &str| {
        let said = Command::new(program).arg(argument).output().map(|it| [it.stdout, it.stderr].concat());
        let said = String::from_utf8_lossy(&said.unwrap_or_default()).into_owned();
        said.lines().next().map_or_else(|| format!("no {program}"), str::to_owned)
    };
    let load = read("/proc/loadavg").split(' ').next().unwrap_or("?").to_owned();
    format!(
        "{} · {} · {cores} cores · Linux {} · load before {load} · {}\n{} · {} · {} · {}\n",
        jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC"),
        model.unwrap_or("an unknown processor").trim(),
        read("/proc/sys/kernel/osrelease").trim(),
        if heap::IS_JEMALLOC { "jemalloc" } else { "the system's allocator" },
        version("openssl", "version"),
        version("ssh", "-V"),
        version("curl", "--version").split(" (").next().unwrap_or_default(),
        version("tshark", "--version"),
    )
}
