use super::*;

fn read(text: &str) -> (Vec<String>, Vec<u64>) {
    let text = text.as_bytes().to_vec();
    let mut page = open(Box::new(io::Cursor::new(text)), Path::new("calls.xls"));
    assert!(page.names().is_none());
    let (mut rows, mut blanks) = (Vec::new(), Vec::new());
    while let Some(block) = page.next_block().unwrap() {
        for row in 0..block.len() {
            let cells: Vec<&str> = block.cells(row).collect();
            rows.push(format!("{}: {}", block.line(row), cells.join("|")));
        }
        blanks.extend(block.blanks.lines());
    }
    (rows, blanks)
}

#[test]
fn html_tables_are_read() {
    let page = r#"<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>
        <meta http-equiv="Content-Type" content="text/html; charset=gb2312">
        <style>td { mso-number-format:"\@"; } <!-- table --></style>
        <!--[if gte mso 9]><xml><x:Name>通话</x:Name></xml><![endif]--><title>x</title></head><body>
        <table border=1><tr><td colspan="3">通话&nbsp;记录</td></tr>
        <TR><TH>编号</TH><TH
          align=left>描述</TH><TH>时长</TH></TR>
        <tr><td style='vnd.ms-excel.numberformat:@'>00123<td>a &lt;b&gt;<br>c &amp; d &#20013;&#x6587; &foo; &</td><td> 1
           2 </td></tr>
        <tr><td></td></tr>
        <tr><td>2</td><td/><td>x</td></tr></table><p>bye</body></html>"#;
    let (rows, blanks) = read(page);
    assert_eq!(
        rows,
        [
            "1: 通话\u{a0}记录||",
            "2: 编号|描述|时长",
            "3: 00123|a <b>\nc & d 中文 &foo; &|1 2",
            "5: 2||x"
        ]
    );
    assert_eq!(blanks, [4]);
}

#[test]
fn cells_over_several_rows_keep_the_columns_in_place() {
    let (rows, _) = read(
        "<table><tr><td rowspan=2>编号<td colspan=2>时间<td rowspan=2>工号</tr><tr><td>开始<td>结束</tr>\
         <tr><td>1<td>a<td>b<td>c</tr></table>",
    );
    assert_eq!(
        rows,
        ["1: 编号|时间||工号", "2: 编号|开始|结束|工号", "3: 1|a|b|c"]
    );
}

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles><Style ss:ID="a"><Font ss:Color="red"/></Style></Styles>
<Worksheet ss:Name="通话"><Table ss:ExpandedColumnCount="3"><Column ss:Width="80"/>
<Row><Cell><Data ss:Type="String">id</Data></Cell><Cell ss:Index="3"><Data ss:Type="String">at</Data><Comment><ss:Data>note</ss:Data></Comment></Cell></Row>
<Row ss:Index="4"><Cell><Data ss:Type="String"><![CDATA[a>b]]></Data></Cell><Cell ss:MergeAcross="1"><Data ss:Type="DateTime">2026-01-05T09:14:59.000</Data></Cell></Row>
</Table></Worksheet>"#;

#[test]
fn spreadsheet_xml_is_read() {
    let (rows, blanks) = read(&format!("{XML}</Workbook>"));
    assert_eq!(rows, ["1: id||at", "4: a>b|2026-01-05T09:14:59.000|"]);
    assert_eq!(blanks, [2, 3]);
    let two = format!(
        "{XML}<Worksheet><Table><Row><Cell><Data>x</Data></Cell></Row></Table></Worksheet></Workbook>"
    );
    let mut page = open(
        Box::new(io::Cursor::new(two.into_bytes())),
        Path::new("calls.xls"),
    );
    assert!(
        page.next_block()
            .unwrap_err()
            .to_string()
            .contains("more than one sheet")
    );
}

#[test]
fn the_charset_is_found() {
    assert_eq!(
        charset(b"<meta charset=\"GB2312\">"),
        Some(encoding_rs::GBK)
    );
    assert_eq!(
        charset(b"<?xml version='1.0' encoding='utf-8'?>"),
        Some(encoding_rs::UTF_8)
    );
    assert_eq!(charset(b"<table>"), None);
}

#[test]
fn hostile_pages_end() {
    assert_eq!(
        read("<table><tr><td colspan=99999999 rowspan=99999999>x")
            .0
            .len(),
        1
    );
    assert_eq!(read(&"<table><tr><td>".repeat(5000)).0.len(), 0);
    assert_eq!(read(&"<".repeat(100_000)).0.len(), 0);
    assert_eq!(read("<!-- never closed <tr><td>x</td></tr>").0.len(), 0);
    assert_eq!(read("<script>never closed <tr><td>x").0.len(), 0);
    let long = format!("<tr><td>{}</td><td>y</td></tr>", "x".repeat(3 << 20));
    assert!(read(&long).0[0].len() < 2 << 20);
    let entity = "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><table><tr><td>&e;";
    assert_eq!(read(entity).0, ["1: &e;"]);
}
