package contract_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/roster-go/roster/contract"
	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/gen/wpsapi"
	"github.com/roster-go/roster/internal/invoke"
	"github.com/roster-go/roster/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// generated is the generated package of a vendor, as far as tests need it.
type generated struct {
	operations []*wire.Operation
	api        func(wire.Caller) any
}

func generatedOf(vendor string) generated {
	return map[string]generated{
		"dingtalk": {dingtalkapi.Operations(), func(c wire.Caller) any { return dingtalkapi.NewAPI(c) }},
		"feishu":   {feishuapi.Operations(), func(c wire.Caller) any { return feishuapi.NewAPI(c) }},
		"wecom":    {wecomapi.Operations(), func(c wire.Caller) any { return wecomapi.NewAPI(c) }},
		"wps":      {wpsapi.Operations(), func(c wire.Caller) any { return wpsapi.NewAPI(c) }},
	}[vendor]
}

func (g generated) operation(id string) *wire.Operation {
	for _, op := range g.operations {
		if op.ID == id {
			return op
		}
	}
	return nil
}

// answerOf is an empty answer of an operation, of its generated type.
func answerOf(t *testing.T, vendor, operation string) any {
	t.Helper()
	g := generatedOf(vendor)
	method, err := invoke.Find(g.api(nil), g.operation(operation))
	require.NoError(t, err)
	return method.NewAnswer()
}

// eachMutation calls f for every success sample and every mutation of it.
func eachMutation(t *testing.T, f func(t *testing.T, v *contract.Validator, operation string, op *openapi3.Operation,
	m mutation)) {
	for _, vendor := range contract.Vendors() {
		t.Run(vendor, func(t *testing.T) {
			v, all := load(t, vendor)
			operations := operationsOf(contract.Sealed(v))
			for _, sample := range all {
				if !sample.Success() {
					continue
				}
				op := operations[sample.Operation]
				schema := answerSchema(op)
				f(t, v, sample.Operation, op,
					mutation{class: "none", body: sample.Response.Body, contentType: "application/json"})
				for _, m := range mutations(t, op, schema, sample.Response.Body, envelopeCode(schema), false) {
					f(t, v, sample.Operation, op, m)
				}
			}
		})
	}
}

// Where the schema alone decides, our walk and kin-openapi are of one mind about every body.
func TestTheWalkAgreesWithKinOpenAPI(t *testing.T) {
	compared := 0
	eachMutation(t, func(t *testing.T, v *contract.Validator, operation string, op *openapi3.Operation, m mutation) {
		var value any
		if json.Unmarshal(m.body, &value) != nil {
			return // kin-openapi never gets there
		}
		ours := 0
		for _, f := range check(v, operation, m.body, m.contentType) {
			// x-answer, and the list of codes where the schema does not refer to it, are the document's own words.
			if f.Kind == contract.KindMissing && strings.HasPrefix(f.Document, "an answer") ||
				f.Kind == contract.KindUndocumentedCode {
				continue
			}
			ours++
		}
		if m.class == "new vendor code" || m.class == "wrap the envelope" {
			return
		}
		err := answerSchema(op).VisitJSON(value)
		compared++
		assert.Equalf(t, err != nil, ours > 0, "%s: %s at %s: %v", operation, m.class, m.pointer, err)
	})
	t.Logf("%d bodies", compared)
}

// A body that the generated types cannot take is always reported as breaking. The other way round there are few
// exceptions, all of them types that keep what they do not understand.
func TestBreakingMeansThatTheTypedClientFails(t *testing.T) {
	broken, stricter := 0, map[string]int{}
	eachMutation(t, func(t *testing.T, v *contract.Validator, operation string, op *openapi3.Operation, m mutation) {
		failed := json.Unmarshal(m.body, answerOf(t, v.Vendor(), operation))
		if wanted := generatedOf(v.Vendor()).operation(operation); failed == nil && json.Valid(m.body) &&
			wire.Missing(m.body, wanted.Answer) != "" {
			failed = fmt.Errorf("lacks %s", wire.Missing(m.body, wanted.Answer))
		}
		var breaking []contract.Finding
		for _, f := range check(v, operation, m.body, m.contentType) {
			if f.Severity == contract.Breaking {
				breaking = append(breaking, f)
			}
		}
		if failed != nil {
			broken++
			assert.NotEmptyf(t, breaking, "%s: %s at %s fails: %v", operation, m.class, m.pointer, failed)
			return
		}
		for _, f := range breaking {
			stricter[m.class+": "+string(f.Kind)]++
			// What is sent and what is decoded are two things there: an item that nobody sent, an envelope without its
			// code.
			kept := f.Document == "object (UserTags)" // kept as it comes, whatever it is
			assert.Truef(t, f.Kind == contract.KindNull || f.Kind == contract.KindMissing || kept,
				"%s: %s decodes all the same", operation, f)
		}
	})
	t.Logf("%d bodies that the generated types refuse, all of them reported as breaking", broken)
	for _, what := range slices.Sorted(maps.Keys(stricter)) {
		t.Logf("breaking, but decodes: %d × %s", stricter[what], what)
	}
}

// A null list is an empty one, a null or empty cursor ends a list, and an answer without either is none: the client and
// the validator agree for every operation.
func TestPresenceIsEnoughForListsAndCursors(t *testing.T) {
	seen := map[string]bool{}
	eachMutation(t, func(t *testing.T, v *contract.Validator, operation string, op *openapi3.Operation, m mutation) {
		if m.class != "none" {
			return
		}
		wanted := generatedOf(v.Vendor()).operation(operation)
		for _, entry := range wanted.Answer {
			for path := range strings.SplitSeq(entry, "|") {
				path, present := strings.CutSuffix(path, "?")
				for _, value := range []any{nil, ""} {
					body := edited(t, m.body, nil, func(root any) any {
						for other := range strings.SplitSeq(strings.ReplaceAll(entry, "?", ""), "|") {
							drop(root, strings.Split(other, "."))
						}
						put(root, strings.Split(path, "."), value)
						return root
					})
					if value == "" && present && json.Unmarshal(body, answerOf(t, v.Vendor(), operation)) != nil {
						continue // a list is no text
					}
					breaking := slices.ContainsFunc(check(v, operation, body, m.contentType),
						func(f contract.Finding) bool { return f.Severity == contract.Breaking })
					answers := wire.Missing(body, wanted.Answer) == ""
					assert.Equalf(t, present, answers, "%s: %s", operation, body)
					assert.Equalf(t, answers, !breaking, "%s: the validator on %s", operation, body)
					seen[v.Vendor()] = seen[v.Vendor()] || present
				}
			}
		}
	})
	assert.Len(t, seen, len(contract.Vendors()))
}

func put(v any, path []string, value any) {
	object := v.(map[string]any)
	for _, name := range path[:len(path)-1] {
		object = object[name].(map[string]any)
	}
	object[path[len(path)-1]] = value
}

// What the vendor does not say is unknown, not false and not zero: a mark, an order, a time or a word whose zero says
// something is a pointer. Here are all values of answers that are plain all the same.
func TestOnlyValuesWithoutAMeaningfulZeroArePlain(t *testing.T) {
	marks := []string{
		"has_more", "hasMore", // whether they are there decides what an answer is
		"UserStatus", "DepartmentStatus", // what is absent is the status
		"Cursor", // says itself whether it came
	}
	numbers := []string{
		"code", "errcode", "status", "wait", // 0 is success, a ban's own form
		"id", "department", "main_department", "parentid", "parent_id", "dept_id", "deptId", // 0 is none
		"partyid", "tagid", // 0 is none
		"agentid", "expire", "expireIn", "expire_in", "expires_in", "refresh_token_expires_in", // 0 is none
		"refresh_expires_in", "created_at",
		"count", "active_cnt", "totalCount", "total", "percentage", "remaintime", // of this answer, which has them
		"next_cursor", "action", "wxplugin_status",
		"roleId", "role_id", "groupId", "mainDeptId", "result", "nextToken", "nextCursor", // DingTalk's ids and cursors
		"preStatus",
		"type", "leaderType", "employee_type", "enum_type", "enum_status", "grant_status",
		"sys_level", "reason", "leader_type", "data_source", "active_status", "staff_status",
		"employment_type", // words that begin with 1
	}
	for _, vendor := range []string{"dingtalk", "feishu", "wecom", "wps"} {
		seen := map[reflect.Type]bool{}
		var down func(at reflect.Type)
		down = func(at reflect.Type) {
			for at.Kind() == reflect.Pointer || at.Kind() == reflect.Slice || at.Kind() == reflect.Map {
				at = at.Elem()
			}
			if at.Kind() != reflect.Struct || seen[at] {
				return
			}
			seen[at] = true
			for field := range at.Fields() {
				name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				about := vendor + ": " + at.Name() + "." + name
				switch field.Type.Kind() {
				case reflect.Bool:
					assert.True(t, slices.Contains(marks, name) || slices.Contains(marks, at.Name()), about)
				case reflect.Int, reflect.Int32, reflect.Int64:
					assert.Contains(t, numbers, name, about)
				default:
					down(field.Type)
				}
			}
		}
		for _, op := range generatedOf(vendor).operations {
			down(reflect.TypeOf(answerOf(t, vendor, op.ID)))
		}
		assert.NotEmpty(t, seen)
	}
	// The same name is one thing here and another there.
	attr, _ := reflect.TypeFor[wecomapi.Attr]().FieldByName("Type")
	channels, _ := reflect.TypeFor[wecomapi.WechatChannels]().FieldByName("Status")
	role, _ := reflect.TypeFor[dingtalkapi.RoleV1]().FieldByName("Type")
	signedIn, _ := reflect.TypeFor[dingtalkapi.SignedInUser]().FieldByName("SysLevel")
	for _, field := range []reflect.StructField{attr, channels, role, signedIn} {
		assert.Equal(t, reflect.Pointer, field.Type.Kind(), "%s: 0 is a word", field.Name)
	}
}
