#[test]
fn show() {
    for system in vpcheck_tests::planted::systems() {
        let sound: Vec<String> = {
            let v = system.version(None);
            v.findings()
                .iter()
                .map(|f| {
                    let m = v.as_marked(f);
                    format!("{} {}", m.rule, f.message.en)
                })
                .collect()
        };
        for fault in system.faults() {
            let v = system.version(Some(fault));
            for f in v.findings() {
                let m = v.as_marked(&f);
                if m.severity == "info"
                    && !v.marked.iter().any(|k| k.is(&m))
                    && !sound.contains(&format!("{} {}", m.rule, f.message.en))
                {
                    println!("{}@{fault}: not marked: {m}", system.name);
                }
            }
        }
    }
}
