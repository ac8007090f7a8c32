package specfmt

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const document = `openapi: "3.0.3"
components:
  schemas:
    # People.
    User: {description: 'A person.', properties: {userid: {description: The member's id., type: string}}, type: object}

    Gender:
        type: string
        enum: ['1', "2", other]  # as text
paths:
  /user/{id}:
    post:
      x-new: 1
      operationId: createUser
      description: Creates a user. This description is long enough to need
        a second line, since nobody reads lines that end late.
      responses:
        '200': {$ref: '#/components/responses/Done'}
      security: []
      x-answer:
        - errcode
        - "a, b"
        - a,b
      tags: [user]
      parameters: [{in: path, schema: {type: string}, name: id, required: true}]
    get: {operationId: getUser}
  /user/list:
    get: {operationId: listUsers}
info:
  description: |-
    One.

    Two.
  title: "T: t"
`

const written = `openapi: 3.0.3
info:
  title: "T: t"
  description: |-
    One.

    Two.

paths:
  /user/{id}:
    post:
      operationId: createUser
      tags: [user]
      description: >-
        Creates a user. This description is long enough to need a second line, since nobody reads lines that end late.
      x-answer: [errcode, "a, b", "a,b"]
      x-new: 1
      security: []
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        "200": {$ref: "#/components/responses/Done"}

    get:
      operationId: getUser

  /user/list:
    get:
      operationId: listUsers

components:
  schemas:
    # People.
    User:
      type: object
      description: A person.
      properties:
        userid: {type: string, description: The member's id.}

    Gender:
      type: string
      enum: ["1", "2", other]  # as text
`

func TestFormat(t *testing.T) {
	formatted, err := Format([]byte(document))
	require.NoError(t, err)
	assert.Equal(t, written, string(formatted))

	again, err := Format(formatted)
	require.NoError(t, err)
	assert.Equal(t, written, string(again))
}

func TestTextIsPlainWhereAllReadersAgree(t *testing.T) {
	tests := []struct{ value, block, flow string }{
		{"ok", "ok", "ok"},
		{"One, two.", "One, two.", `"One, two."`},
		{"a|b", "a|b", "a|b"},
		{"The member's id", "The member's id", "The member's id"},
		{"https://vendor.example/a", "https://vendor.example/a", "https://vendor.example/a"},
		{"https://vendor.example/a?b=c", "https://vendor.example/a?b=c", `"https://vendor.example/a?b=c"`},
		{"陈雨晴", "陈雨晴", "陈雨晴"},
		{"20 calls a second", "20 calls a second", "20 calls a second"},
		{"", `""`, `""`},
		{" a", `" a"`, `" a"`},
		{"a: b", `"a: b"`, `"a: b"`},
		{"a #b", `"a #b"`, `"a #b"`},
		{"- a", `"- a"`, `"- a"`},
		{"yes", `"yes"`, `"yes"`},
		{"NULL", `"NULL"`, `"NULL"`},
		{"2026-02", `"2026-02"`, `"2026-02"`},
		{"12", `"12"`, `"12"`},
		{"0x1f", `"0x1f"`, `"0x1f"`},
		{"1e5", `"1e5"`, `"1e5"`},
		{"+86 13000001111", `"+86 13000001111"`, `"+86 13000001111"`},
		{"3.0.3", "3.0.3", "3.0.3"},
		{`{"a":1}`, `'{"a":1}'`, `'{"a":1}'`},
		{`"it's"`, `"\"it's\""`, `"\"it's\""`},
		{"a\tb", `"a\tb"`, `"a\tb"`},
		{"a\u00a0b\u200b", `"a\xA0b\u200B"`, `"a\xA0b\u200B"`},
	}
	for _, test := range tests {
		assert.Equal(t, test.block, text(test.value, false), "%q", test.value)
		assert.Equal(t, test.flow, text(test.value, true), "%q", test.value)

		source := "block: " + test.block + "\nflow: [" + test.flow + "]\n"
		formatted, err := Format([]byte(source))
		require.NoError(t, err, source)
		assert.Equal(t, source, string(formatted))
	}
}

func TestLongTextIsFoldedOnlyWhereItComesBack(t *testing.T) {
	words := strings.Repeat("word ", 40)
	tests := map[string]string{
		"words":         words + "end",
		"two blanks":    words + " " + words + "end",
		"no blanks":     strings.Repeat("x", 200),
		"leading blank": " " + words + "end",
		"line breaks":   "one\ntwo\n\nthree",
		"last break":    "one\ntwo\n",
		"blank at end":  "one \ntwo",
		"two at end":    "one\ntwo\n\n",
		"only a break":  "\n",
		"control":       words + "\x01",
	}
	for name, value := range tests {
		t.Run(name, func(t *testing.T) {
			source := "list:\n  - key: " + quoted(value) + "\n    other: true\n"
			formatted, err := Format([]byte(source))
			require.NoError(t, err)
			for line := range strings.Lines(string(formatted)) {
				if strings.Contains(line, "word word") && !strings.Contains(line, `"`) {
					assert.LessOrEqual(t, length(strings.TrimSuffix(line, "\n")), Width)
				}
			}
			again, err := Format(formatted)
			require.NoError(t, err)
			assert.Equal(t, string(formatted), string(again))
		})
	}
}

// quoted writes a text as JSON would.
func quoted(value string) string {
	return `"` + strings.NewReplacer("\n", `\n`, "\x01", `\x01`).Replace(value) + `"`
}

func TestCommentsStay(t *testing.T) {
	source := `# Above all.

openapi: 3.0.3
# Above info.
info:
  # Above the title.
  title: T  # beside the title
  version: "1"
tags:
  # Above a tag.
  - name: a
  - name: b  # beside a tag
    # Below b.

# At the end.
`
	formatted, err := Format([]byte(source))
	require.NoError(t, err)
	remarks := []string{
		"Above all.", "Above info.", "Above the title.", "beside the title", "Above a tag.", "beside a tag", "Below b.",
		"At the end.",
	}
	for _, remark := range remarks {
		assert.Equal(t, 1, strings.Count(string(formatted), "# "+remark), remark)
	}
	again, err := Format(formatted)
	require.NoError(t, err)
	assert.Equal(t, string(formatted), string(again))
}

func TestWhatTheDialectDoesNotHave(t *testing.T) {
	tests := map[string]struct{ source, message string }{
		"anchor":        {"a: &x {b: 1}\nc: *x\n", "line 1: anchors"},
		"tag":           {"a: !!str 1\n", "line 1: tags"},
		"two documents": {"a: 1\n---\nb: 1\n", "more than one document"},
		"list":          {"- a\n", "not a mapping"},
		"nothing":       {"", "empty"},
		"same key":      {"a: 1\nb:\n  c: 1\n  c: 2\n", `line 4: "c" stands twice`},
		"no YAML":       {"a: [\n", "yaml: "},
		"long line": {
			"a: |-\n  one\n  " + strings.Repeat("word ", 30) + "end\n",
			"line 1: a line of this text is longer than 120 columns",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Format([]byte(test.source))
			assert.ErrorContains(t, err, test.message)
		})
	}
}

func TestSameMeaning(t *testing.T) {
	before := "a: [1, x]\nb: {c: true}  # why\n"
	assert.NoError(t, sameMeaning([]byte(before), []byte("b: {c: true}  # why\na:\n  - 1\n  - x\n")))
	for _, after := range []string{
		"a: [1, x]\nb: {c: true}\n",
		"a: [1, x]\nb: {d: true}  # why\n",
		"a: [x, 1]\nb: {c: true}  # why\n",
		"a: ['1', x]\nb: {c: true}  # why\n",
		"a: [1]\nb: {c: true}  # why\n",
		"a: [1, x]\nb: [c, true]  # why\n",
	} {
		assert.Error(t, sameMeaning([]byte(before), []byte(after)), after)
	}
}

// What the formatter writes it leaves alone afterwards, for the documents as they are.
func TestTheDocumentsSettle(t *testing.T) {
	files, err := filepath.Glob("../../specs/[a-z]*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		formatted, err := Format(source)
		require.NoError(t, err, file)
		again, err := Format(formatted)
		require.NoError(t, err, file)
		assert.Equal(t, string(formatted), string(again), file)
	}
}
