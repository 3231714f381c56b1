//! Scripts as people write them, in the languages of the shells: the commands that come of them.

use super::*;

/// The names of the security groups that a text makes.
fn groups(text: &str) -> Vec<String> {
    scene(text).snapshot().cloud.groups.iter().map(|g| g.name.clone()).collect()
}

#[test]
fn commands_are_found_whatever_stands_around_them() {
    for text in [
        "set -e\naz network nsg create -g g -n a\n",
        "echo hi\ncd net\npwd\nsleep 1\naz network nsg create -g g -n a\n",
        "if [ -n \"$x\" ]; then\n  az network nsg create -g g -n a\nfi\n",
        "if ! az group exists -n g | grep -q true; then az group create -n g; fi; az network nsg create -g g -n a",
        "make() {\n  local name=$1\n  az network nsg create -g g -n \"$name\"\n}\nmake a\n",
        "function make { az network nsg create -g g -n \"$1\"; }\nmake a",
        "az group show -n g >/dev/null 2>&1 || exit 1\naz network nsg create -g g -n a\n",
        "( az network nsg create -g g -n a )\n",
        "az network nsg create -g g -n a 2>&1 | tee log.txt\n",
        "NAME=a; az network nsg create -g g -n ${NAME:-b}\n",
        "az network nsg create -g g -n ${NAME:-a}\n",
        "CMD=\"az network nsg create\"\n$CMD -g g -n a\n",
        "ARGS=(-g g)\nARGS+=(-n a)\naz network nsg create \"${ARGS[@]}\"\n",
        "ID=$(az network nsg create -g g -n a --query NewNSG.id -o tsv)\n",
        "case \"$1\" in\n  up) az network nsg create -g g -n a ;;\n  *) echo no ;;\nesac\n",
        "cat > notes.txt <<EOF\nnothing of note\nEOF\naz network nsg create -g g -n a\n",
        "$rg = \"g\"\naz network nsg create -g $rg -n a\n",
        "$name = 'a'\nif ($name) {\n  az network nsg create `\n    -g g `\n    -n $name\n}\n",
        "function New-Group($name) { az network nsg create -g g -n $name }\nNew-Group -name a\n",
        "PS C:\\work> az network nsg create -g g -n a\n",
        "C:\\work>az network nsg create -g g -n a\n",
        "@echo off\nset NAME=a\naz network nsg create -g g ^\n  -n %NAME%\n",
        "set \"NAME=a\"\nrem a remark\nif exist x (az network nsg create -g g -n %NAME%)\n",
        "me@box:~$ az network nsg create -g g \\\n> -n a\n{\n  \"NewNSG\": {\"name\": \"a\", \"securityRules\": []}\n}\n",
        "[root@box ~]# az network nsg create -g g -n a\n",
        "Do this:\n\n```azurecli\nNAME=a\n```\n\nand this:\n\n```bash\naz network nsg create -g g -n $NAME\n```\n",
        "1. Do this\n\n   ```bash\n   az network nsg create -g g -n a\n   ```\n",
    ] {
        assert_eq!(groups(text), ["a"], "{text}");
        let errors: Vec<_> =
            scene(text).problems().iter().filter(|p| p.severity == netpolis_core::diagnostics::Severity::Error).cloned().collect();
        assert!(errors.is_empty(), "{text}: {errors:#?}");
    }
}

#[test]
fn loops_take_their_turns() {
    for (text, made) in [
        ("for i in 1 2; do az network nsg create -g g -n a$i; done", vec!["a1", "a2"]),
        ("for i in $(seq 1 2)\ndo\n  az network nsg create -g g -n a$i\ndone", vec!["a1", "a2"]),
        ("for i in {1..2}; do az network nsg create -g g -n \"a${i}\"; done", vec!["a1", "a2"]),
        ("for i in {x,y}; do az network nsg create -g g -n a$i; done", vec!["ax", "ay"]),
        ("for ((i=0; i<2; i++)); do az network nsg create -g g -n a$i; done", vec!["a0", "a1"]),
        ("LIST=\"x y\"\nfor i in $LIST; do az network nsg create -g g -n $i; done", vec!["x", "y"]),
        ("LIST=(x y)\nfor i in \"${LIST[@]}\"; do az network nsg create -g g -n $i; done", vec!["x", "y"]),
        ("for i in 1 2; do for j in a b; do az network nsg create -g g -n $j$((i*10)); done; done", vec!["a10", "a20", "b10", "b20"]),
        ("foreach ($i in 1..2) { az network nsg create -g g -n \"a$i\" }", vec!["a1", "a2"]),
        ("$list = @(\"x\", \"y\")\nforeach ($i in $list) {\n  az network nsg create -g g -n $i\n}", vec!["x", "y"]),
        ("$x = 1\n1..2 | ForEach-Object { az network nsg create -g g -n \"a$_\" }", vec!["a1", "a2"]),
        ("param($p)\nfor ($i = 0; $i -lt 2; $i++) { az network nsg create -g g -n \"a$i\" }", vec!["a0", "a1"]),
        ("@echo off\nfor %%i in (x y) do az network nsg create -g g -n %%i", vec!["x", "y"]),
        ("@echo off\nfor /l %%i in (1,1,2) do (\n  az network nsg create -g g -n a%%i\n)", vec!["a1", "a2"]),
    ] {
        assert_eq!(groups(text), made, "{text}");
    }
}

/// Whatever stands in a script, reading it ends.
#[test]
fn scripts_that_never_end_are_read_in_time() {
    let deep = "if true; then ".repeat(20_000);
    let marks = "az network nsg create -g g -n \"a\n".repeat(20_000);
    let outputs = "X=$(az a\n".repeat(20_000);
    let documents = "cat <<E\n".repeat(20_000);
    let functions = "function ".repeat(20_000);
    let endless = "f() { f; f; }\nf\naz network nsg create -g g -n a\n".to_string();
    let doubled = format!("X=aaaaaaaaaa\n{}az network nsg create -g g -n $X\n", "X=$X$X\n".repeat(60));
    let loops = format!("{}az network nsg create -g g -n a{}", "for i in {1..999}; do ".repeat(6), "; done".repeat(6));
    let tables = format!("$x = {}", "@{ a = ".repeat(20_000));
    let replaced = format!("X={}\nY=${{X//a/{}}}\naz network nsg create -g g -n $Y\n", "a".repeat(15_000), "b".repeat(100_000));
    let texts = [deep, marks, outputs, documents, functions, endless, doubled, loops, tables, replaced];
    for text in texts.into_iter().chain(["$((".repeat(50_000), "az \\ \\".repeat(50_000)]) {
        let start = std::time::Instant::now();
        scene(&text);
        assert!(start.elapsed().as_secs() < 120, "{}…", &text[..40]);
    }
}
