"""Small inputs to begin with, one or more for each target, and odd words to put into them."""

from __future__ import annotations

PART = "\n%%%%\n"
"""What stands between the parts of an input that makes several files."""

ODD = (
    "", " ", "\0", "\t", "\r", "\n", "'", '"', "\\", "0", "-0", "00", "-1", "1e999999999", "1E-400",
    "1e22", "1e400", "NaN", "sNaN", "-Infinity", "null", "true", "[]", "{}", "[[1]]", "0.0000001",
    "9" * 400, "9" * 23, "1" * 5000, "1_0", "1,000.5", "1.000,5", "(20)", "20%", "½", "٣٤", "１００",
    "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "99999-01-01", "2024-02-30", "2024-13",
    "2024-06-31T25:61:00Z", "2024-01-05T00:00:00+99:99", "FY2024", "Q5 2024", "USD", "XXX", "XAU",
    "USN", "МХN", "ＵＳＤ", "US$", "$", "€", "usd ", "\ud800", "\\ud800", "\u202eabc", "\u200b", "\ufeff",
    "\ufffe", "e\u0301", "=1+1", "+1", "-1+1", "@SUM(1)", "|a", "<b>x</b>", "&x;", "&#0;",
    "javascript:alert(1)", "http://a/", "../../etc/passwd", "a/b", "a" * 3000, "(" * 300, "{" * 300,
    "unit", "id", "2.03", "1.05", "commitment", "withdrawn", "revised", "part_of", "&a [*a]", "*a",
    "!!python/object:os.system", "<<: *a", "|", ">", "- ", "# ", "%", "~",
)  # fmt: skip
"""Words that programs, people and attackers put where something else is expected."""

LEDGER_TOML = """pledgetrack_format = 2
[phrases]
dollar = "USD"
calendar = "US"
[[party]]
name = "Norway"
aliases = ["NO"]
[[source]]
id = "s1"
title = "T"
url = "https://example.org/a"
published = 2024-01-05
published_basis = "stated"
[[commitment]]
id = "a"
party = "NO"
recipients = ["Chad"]
channels = ["WFP"]
targets = ["$1.5 million", { number = 26, unit = "tractor", bound = "at least" }]
horizon = { start = 2024-01-05, end = 2025-12-31, wording = "over two years" }
announced = 2024-01-05
announced_basis = "inferred: x"
stage = "pledged"
condition = "if the law passes"
tags = { topic = "food" }
citations = [{ source = "s1", place = "p. 4" }]
note = '''a
note'''
[[commitment]]
id = "b"
party = "Norway"
target = { number = 10.25, unit = "USD" }
horizon = "by the end of FY2025"
announced = "2024-02"
stage = "committed"
part_of = "a"
[[event]]
commitment = "a"
kind = "delivered"
on = 2024-06-01
known = 2024-07-01
quantity = { number = 100.5, unit = "USD" }
citation = { source = "s1" }
[[event]]
commitment = "a"
kind = "revised"
on = "2024-08"
restated = { number = 30, unit = "tractor" }
horizon = { end = 2026-12-31 }
[[event]]
commitment = "b"
kind = "rated"
outcome = "kept"
on = 2025-01-01
"""

LEDGER_JSON = """{"pledgetrack_format": 2, "parties": [{"name": "Norway", "aliases": ["NO"]}],
"sources": [{"id": "s1", "title": "T", "url": "https://example.org/a", "published": "2024-01-05"}],
"commitments": [{"id": "a", "parties": ["Norway"], "recipients": ["Chad"], "targets":
[{"number": "1500000.50", "unit": "USD", "bound": "at least", "wording": "over 1.5 million"},
{"number": 26, "unit": "tractor"}], "horizon": {"start": "2024-01-05", "end": "2025-12-31"},
"announced": "2024-01-05", "announced_precision": "day", "stage": "pledged", "tags": {"topic": "food"},
"citations": [{"source": "s1", "place": "p. 4"}]},
{"id": "b", "parties": ["Norway"], "announced": "2024-02", "stage": "pledged", "same_as": "a"}],
"events": [{"commitment": "a", "kind": "delivered", "on": "2024-06-01", "known": "2024-07-01",
"quantity": {"number": "100.5", "unit": "USD"}}, {"commitment": "a", "kind": "withdrawn",
"on": "2024-08-01"}, {"commitment": "a", "kind": "reopened", "on": "2024-09-01"}]}
"""

LEDGER_CSV = """pledgetrack_format=2,id,parties,recipients,targets,horizon,announced,stage,tags,note,\
commitment,kind,on,quantity
commitment,a,"[""Norway""]","[""Chad""]","[{""number"": ""10.5"", ""unit"": ""USD""}]",\
"{""end"": ""2025-12-31""}",2024-01-05,pledged,"{""topic"": ""food""}",n,,,,
event,,,,,,,,,,a,delivered,2024-06-01,"{""number"": ""1.5"", ""unit"": ""USD""}"
"""
LEDGER_GUARDED = "pledgetrack_format=2 guarded,id,title\nsource,'=1+1,T\n"

LEDGER_ROWS = """{"metadata": {"pledgetrack_format": "2"}, "types": {}, "rows": [
{"record": "commitment", "id": "a", "parties": ["Norway"], "announced": "2024-01-05",
"stage": "pledged", "targets": [{"number": "10.5", "unit": "USD"}]},
{"record": "event", "commitment": "a", "kind": "withdrawn", "on": "2024-06-01"}]}
"""
TABLE_ROWS = """{"metadata": {}, "types": {"Pledged": "float", "Day": "string"}, "rows": [
{"Donor": "Norway", "Pledged": 10.5, "Day": "2024-01-05"},
{"Donor": "Chad", "Pledged": null, "Day": "2024-01-06"}]}
"""

SHEET_CELLS = """<sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>Donor</t></is></c><c r="B1" t="s"><v>0</v></c>
<c r="C1" t="s"><v>1</v></c></row>
<row r="2"><c r="A2" t="inlineStr"><is><t>Norway</t></is></c><c r="B2"><v>10.5</v></c>
<c r="C2" s="1"><v>45300</v></c></row>
<row r="4"><c r="A4" t="b"><v>1</v></c><c r="B4" t="e"><v>#N/A</v></c><c r="C4"><f>A1</f></c></row>
</sheetData>"""
SHEET_STRINGS = "<si><t>Pledged</t></si><si><r><t>D</t></r><r><t>ay</t></r></si>"
SHEET_BOOK = '<workbookPr date1904="0"/><sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets>'
BOOK = PART.join((SHEET_CELLS, SHEET_STRINGS, SHEET_BOOK))

TABLE_MAPPING = """header = 1
scale = "thousands"
dollar = "USD"
[columns]
party = "Donor"
recipient = "(heading)"
pledged = "Pledged"
delivered = { sum = ["Cash", "Notes"] }
announced = { column = "Day", day_first = true }
[constants]
unit = "USD"
on = "2024-12-31"
[aliases]
Norway = ["NO"]
[source]
id = "s"
title = "T"
[[subtotals]]
column = "Donor"
matches = "^sub-?total$"
[[subtotals]]
column = "Donor"
text = "Total"
of = "all"
"""
TABLE_CSV = """Donor,Pledged,Cash,Notes,Day
Europe,,,,
Norway*,"1,200.5",100,-,05/01/2024
UK,500,n/a,Not given,13/01/2024
Sub-total,"1,700.5",100,0,
Asia,,,,
Japan,300,(20),50,14/01/2024
Sub-total,300,-20,50,
Total,"2,000.5",80,50,
"""
TABLE_JSON = """[{"Donor": "Norway", "Pledged": 1.10, "When": {"Day": "2024-01-05"}, "t": ["a", "b"]},
{"Donor": "Chad", "Pledged": "2,000", "When": {"Day": "2024-01-06"}}]
"""
PROMISE_MAPPING = """[columns]
title = "What"
rating = { column = "Verdict" }
tags = { topic = "Theme" }
[constants]
party = "A. Mayor"
"""

IATI = """<iati-activities version="2.03" generated-datetime="2024-05-01T00:00:00Z">
<iati-activity default-currency="EUR" hierarchy="1" humanitarian="1" last-updated-datetime="2024-04-01">
<iati-identifier>XM-EX-1</iati-identifier>
<reporting-org ref="XM-EX" type="10"><narrative>Example Agency</narrative></reporting-org>
<title><narrative xml:lang="en">Roads</narrative></title>
<participating-org role="1" ref="XM-EX"/><activity-status code="2"/>
<activity-date type="2" iso-date="2024-01-15"/>
<recipient-country code="TD" percentage="60"/><recipient-region code="998" percentage="40"/>
<sector vocabulary="1" code="21010" percentage="33.3"/><sector vocabulary="1" code="31110" percentage="66.7"/>
<collaboration-type code="1"/><default-flow-type code="10"/>
<budget type="1"><period-start iso-date="2024-01-01"/><period-end iso-date="2024-12-31"/>
<value value-date="2024-01-01">3000</value></budget>
<planned-disbursement><period-start iso-date="2024-01-01"/><value>10</value></planned-disbursement>
<related-activity ref="XM-EX-2" type="1"/>
<transaction ref="t1"><transaction-type code="2"/><transaction-date iso-date="2024-01-15"/>
<value value-date="2024-01-15" currency="USD">100.10</value>
<provider-org ref="XM-EX"><narrative>Example Agency</narrative></provider-org>
<receiver-org ref="TD-1"><narrative>Chad</narrative></receiver-org></transaction>
<transaction><transaction-type code="3"/><transaction-date iso-date="2024-06-01"/>
<value value-date="2024-06-01">40.50</value></transaction>
<transaction><transaction-type code="12"/><transaction-date iso-date="2024-06-01"/>
<value value-date="2024-06-01">-5</value></transaction>
</iati-activity>
<iati-activity><iati-identifier>XM-EX-2</iati-identifier></iati-activity>
</iati-activities>
"""
IATI_OLD = """<iati-activities version="1.05"><iati-activity default-currency="USD">
<iati-identifier>XM-1</iati-identifier><reporting-org ref="XM" type="10">Agency</reporting-org>
<transaction><transaction-type code="C"/><transaction-date iso-date="2014-01-15"/>
<value value-date="2014-01-15">1,000</value></transaction>
<transaction><transaction-type code="D"/><transaction-date iso-date="2014-02-15"/>
<value value-date="2014-02-15">50</value></transaction></iati-activity></iati-activities>
"""

FTS_JSON = """{"status": "ok", "data": {"incoming": {"flowCount": 2, "fundingTotal": 100,
"pledgeTotal": 50}, "flows": [
{"id": "1", "amountUSD": 100, "status": "commitment", "boundary": "incoming", "onBoundary": "single",
"date": "2020-03-19T00:00:00Z", "firstReportedDate": "2020-03-27T00:00:00Z", "decisionDate": null,
"createdAt": "2020-03-27T15:22:25.028Z", "updatedAt": "2020-05-07T13:23:32.033Z", "versionId": 1,
"flowType": "Standard", "contributionType": "financial", "originalAmount": 90,
"originalCurrency": "EUR", "exchangeRate": 0.9, "parentFlowId": null, "childFlowIds": [3],
"keywords": ["Multiyear"], "reportDetails": [{"reportedBy": "x", "date": "2020-01-01"}],
"sourceObjects": [{"type": "Organization", "id": "7", "name": "Norway, Government of",
"organizationTypes": ["Government"], "behavior": "single"}],
"destinationObjects": [{"type": "Organization", "id": "9", "name": "WFP"},
{"type": "Location", "id": "1", "name": "Chad"}, {"type": "UsageYear", "id": "1", "name": "2020"}]},
{"id": "2", "amountUSD": 50.5, "status": "pledge", "boundary": "incoming", "onBoundary": "single", "sourceObjects": [],
"destinationObjects": [], "date": "2020-03-19"}]}, "meta": {"language": "en", "count": 2}}
"""
FTS_CSV = """date,budgetYear,description,amountUSD,srcOrganization,srcOrganizationTypes,srcLocations,\
srcUsageYearStart,srcUsageYearEnd,destPlan,destPlanCode,destPlanId,destOrganization,\
destOrganizationTypes,destGlobalClusters,destLocations,destProject,destProjectCode,destEmergency,\
destUsageYearStart,destUsageYearEnd,contributionType,flowType,method,boundary,onBoundary,status,\
firstReportedDate,decisionDate,keywords,originalAmount,originalCurrency,exchangeRate,id,refCode,\
createdAt,updatedAt
#date,,,#value,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
2020-03-19,2020,x,100,"Norway, Government of",Government,Norway,2020,2020,Plan,P1,1,WFP,UN agency,\
Food,Chad,,,,2020,2021,financial,Standard,Traditional,incoming,single,commitment,2020-03-27,,k,90,\
EUR,0.9,1,R1,2020-03-27,2020-05-07
"""

CRS = """Year,DonorCode,DonorName,AgencyCode,AgencyName,CrsID,ProjectNumber,InitialReport,\
RecipientCode,RecipientName,FlowCode,FlowName,Bi_Multi,Category,Finance_T,Aid_T,USD_Commitment,\
USD_Disbursement,CurrencyCode,Commitment_National,Disbursement_National,USD_GrantEquiv,\
ProjectTitle,PurposeCode,PurposeName,SectorCode,SectorName,ChannelCode,ChannelName,\
ExpectedStartDate,CompletionDate,CommitmentDate
2022,8,Norway,8,NORFUND,2021900063,NFT21081,1,249,Lesotho,14,OOF,1,21,110,C01,1.25,0.5,8,12,4.8,\
1.1,Rural power,23182,Energy research,231,Energy policy,62000,Private sector,2022-03-01,2024-12-31,\
2022-02-15 00:00:00
2023,8,Norway,8,NORFUND,2021900063,NFT21081,3,249,Lesotho,14,OOF,1,21,110,C01,-0.25,0.5,8,12,4.8,\
1.1,Rural power,23182,Energy research,231,Energy policy,62000,Private sector,2022-03-01,,
"""

GRANTS_JSON = """{"version": "1.1", "license": "x", "grants": [
{"id": "360G-x-1", "title": "Advice", "description": "d", "currency": "GBP", "amountAwarded": 1234.10,
"amountAppliedFor": 2000, "amountDisbursed": 100, "awardDate": "2021-01-26T00:00:00Z",
"plannedDates": [{"startDate": "2021-02-01", "endDate": "2022-02-01", "duration": 12}],
"fundingOrganization": [{"id": "GB-CHC-1", "name": "A Trust"}],
"recipientOrganization": [{"id": "GB-CHC-2", "name": "A Charity", "location": [{"countryCode": "GB"}]}],
"grantProgramme": [{"title": "P"}], "beneficiaryLocation": [{"name": "Leeds"}],
"transactions": [{"date": "2021-05-01", "value": 50}], "dataSource": "https://example.org",
"dateModified": "2021-05-01", "classifications": [{"title": "c"}]},
{"id": "360G-x-2", "title": "B", "currency": "GBP", "amountAwarded": 5, "awardDate": "2021-01-26",
"fundingOrganization": [{"id": "GB-CHC-1", "name": "A Trust"}],
"recipientIndividual": {"id": "i", "name": "n"}}]}
"""
GRANTS_CSV = """Identifier,Title,Description,Currency,Amount Awarded,Award Date,\
Planned Dates:Start Date,Planned Dates:Duration (months),Recipient Org:Identifier,\
Recipient Org:Name,Funding Org:Identifier,Funding Org:Name,Grant Programme:Title,Last modified
360G-x-1,Advice,d,GBP,"1,234.10",26/01/2021,2021-02-01,12,GB-CHC-2,A Charity,GB-CHC-1,A Trust,P,2021
"""

PROMISES_JSON = """{"title": "Promises of A. Mayor", "url": "https://example.org", "promises": [
{"title": "Build a bridge", "status": "Achieved", "category": "Roads", "description": "d",
"tags": ["b", "a"], "sources": ["https://example.org/1", {"title": "x", "url": "https://e.org/2"}]},
{"title": "No new tax", "status": "Stalled", "announced": "2022-05", "party": "B"}]}
"""
PROMISES_YAML = """title: Promises
promises:
  - title: &t Build a bridge
    status: in progress
    tags: [a, "b"]
    when: {announced: 2022-05-01}
  - title: *t
    status: 'no'
    text: |
      two
      lines
"""
PROMISES_CSV = (
    "Promise,Theme,Verdict,Date\nBuild a bridge,Roads,Promise Kept,2022-05-01\nB,C,Stalled,\n"
)

RATES_WIDE = "date,USD,MXN,JPY\n2024-01-05,1.0921,18.5,N/A\n2024-01-04,1.09,18.4,158\n"
RATES_LONG = "day,currency,rate\n2024-01-05,USD,1.0921\n2024-01-05,Japan,158\n"
RATES_PAIRS = "date,base,quote,rate\n2024-01-05,EUR,USD,1.0921\n2024-01-05,EUR,MXN,18.5\n"
DEFLATORS = "year,country,index\n2014,Norway,88\n2020,Norway,110\n2020,USD,100\n"

STATED = """party,unit,pledged,delivered,commitments
Norway,USD,10.50,"1.5",1
Chad,EUR,7,,1
"""

# The sign before a phrase says how it is read: which dollar and language, which calendar and day.
QUANTITIES = (
    "0over 3,000 arrests", "0US$314 million", "0$1.5 billion", "530 mil millones de pesos",
    "91,5 Milliarden Euro", "0between 10 and 20 million dollars", "03-4 tractors",
    "0half a million people", "022,500 H-2B visas", "0up to 25 billion yen", "9€ 1.234.567,89",
    "02.5 lakh INR", "0one hundred trees", "6environ 3 millions d'euros",
)  # fmt: skip
HORIZONS = (
    "1over the next two years", "1by the end of FY2025", "1FY 2023 and 2024", "0Q3 2024", "02022-2025",
    "0by 31 December 2030", "0from March to May 2024", "0in the first half of 2024",
    "1within 18 months", "0by the end of 2030", "0between 13/2/2024 and 30/4/2025",
    "1this year", "0through 2027",
)  # fmt: skip

COMMANDS = (
    "report ledger.toml --as-of 2024-12-31",
    "totals ledger.toml --by party --by due --into EUR --rates rates.csv --base EUR",
    "status ledger.toml --as-of 2024-12-31 --known-by 2024-12-30 --format json",
    "summary ledger.toml --by recipient",
    "timeline ledger.toml --freq quarter --since 2024-01-01 --by party",
    "changes ledger.toml ledger.toml --since 2024-01-01 --until 2025-01-01",
    "explain ledger.toml --measure pledged",
    "check ledger.toml --format csv",
    "convert flows.xml out.json --perspective incoming --on-reject keep --account account.csv",
    "convert ledger.toml out.xml --reporting-org Norway",
    "convert ledger.toml folder --format parquet",
    "convert table.csv out.xlsx --from table --mapping mapping.toml",
    "inspect table.csv",
    "reconcile ledger.toml stated.csv --by party --tolerance 1 --as-of 2024-12-31",
    "totals promises.json --from promises --party Norway --announced 2022-05-01 --rated 2024-05-01",
    "--version",
)

LEDGER_SHEETS = """{"commitments": [["id", "title", "parties", "recipients", "channels", "horizon_start",
"horizon_end", "horizon_wording", "announced", "announced_precision", "announced_basis",
"announced_stated", "stage", "condition", "part_of", "repeats", "same_as", "tag_topic", "known",
"citation_sources", "citation_places", "note"], ["a", null, "Norway", "Chad", "WFP",
"2024-01-05", "2025-12-31", "over two years", "2024-01-05", "day", "inferred: x", null,
"pledged", "if the law passes", null, null, null, "food", null, "s1", "p. 4", "a note"], ["b",
null, "Norway", null, null, null, "2025-09-30", "by the end of FY2025", "2024-02-29", "month",
null, null, "committed", null, "a"]], "targets": [["commitment", "number", "unit", "bound",
"most", "margin", "wording"], ["a", 1500000, "USD", "exact", null, null, "$1.5 million"], ["a",
26, "tractor", "at least"], ["b", 10.25, "USD", "exact"]], "events": [["commitment", "kind",
"on", "on_precision", "on_basis", "on_stated", "period_start", "quantity_number",
"quantity_unit", "quantity_bound", "quantity_most", "quantity_margin", "quantity_wording",
"restated_number", "restated_unit", "restated_bound", "restated_most", "restated_margin",
"restated_wording", "horizon_start", "horizon_end", "horizon_wording", "outcome", "known",
"citation_sources", "citation_places", "note"], ["a", "delivered", "2024-06-01", "day", null,
null, null, 100.5, "USD", "exact", null, null, null, null, null, null, null, null, null, null,
null, null, null, "2024-07-01", "s1"], ["a", "revised", "2024-08-31", "month", null, null, null,
null, null, null, null, null, null, 30, "tractor", "exact", null, null, null, null,
"2026-12-31"], ["b", "rated", "2025-01-01", "day", null, null, null, null, null, null, null,
null, null, null, null, null, null, null, null, null, null, null, "kept"]], "sources": [["id",
"title", "publisher", "url", "published", "published_basis", "licence", "note"], ["s1", "T",
null, "https://example.org/a", "2024-01-05", "stated"]], "parties": [["name", "aliases", "kind",
"reference", "note"], ["Chad"], ["Norway", "NO"], ["WFP"]], "notes": [[null,
"pledgetrack_format", 2]]}
"""
