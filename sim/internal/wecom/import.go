package wecom

import (
	"bytes"
	"encoding/csv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/roster-go/roster/gen/wecomapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/wecomserver"
)

// memberRow is one member of an import file.
type memberRow struct {
	userID string
	change memberChange
}

// partyRow is one department of an import file.
type partyRow struct {
	id, parent int64
	name       string
	order      int64 // 0 for unchanged
}

// readTable reads a CSV file into one map a row, by the names in its first row.
func readTable(data []byte) ([]map[string]string, error) {
	bad := refusal{code: wecomapi.ErrorCodeInvalidImportFile}
	if !utf8.Valid(data) {
		return nil, bad
	}
	reader := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	reader.FieldsPerRecord = -1
	records, err := reader.ReadAll()
	if err != nil || len(records) == 0 {
		return nil, bad
	}
	var out []map[string]string
	for _, record := range records[1:] {
		row := make(map[string]string)
		for i, cell := range record {
			if i < len(records[0]) {
				row[strings.TrimSpace(records[0][i])] = strings.TrimSpace(cell)
			}
		}
		out = append(out, row)
	}
	return out, nil
}

// columnOf returns what the simulator calls a column of the members' template. The template is a file that
// administrators download, and its headings have changed over the years; other headings are names of self-defined
// fields.
func columnOf(heading string) string {
	switch heading {
	case "帐号", "账号", "userid":
		return "userid"
	case "姓名":
		return "name"
	case "别名", "英文名":
		return "alias"
	case "手机号", "手机":
		return "mobile"
	case "邮箱", "个人邮箱":
		return "email"
	case "企业邮箱":
		return "biz_mail"
	case "所在部门", "部门":
		return "department"
	case "职位", "职务":
		return "position"
	case "性别":
		return "gender"
	case "是否部门内领导", "是否领导", "部门负责人":
		return "leader"
	case "排序":
		return "order"
	case "座机":
		return "telephone"
	case "地址":
		return "address"
	case "直属上级":
		return "direct_leader"
	case "禁用":
		return "disabled"
	}
	return ""
}

// readMemberFile reads the members of an import file. An empty cell says nothing.
func readMemberFile(data []byte) ([]memberRow, error) {
	table, err := readTable(data)
	if err != nil {
		return nil, err
	}
	seen := make(map[string]bool)
	var rows []memberRow
	for _, cells := range table {
		var row memberRow
		var attrs []wecomserver.AttrInput
		for _, heading := range slices.Sorted(maps.Keys(cells)) {
			cell := cells[heading]
			column := columnOf(heading)
			if column == "userid" {
				row.userID = cell
				continue
			}
			if cell == "" {
				continue
			}
			if column == "" {
				attrs = append(attrs, wecomserver.AttrInput{Name: heading,
					Text: &wecomserver.AttrTextInput{Value: cell}})
				continue
			}
			if !row.change.setCell(column, cell) {
				return nil, refusal{code: wecomapi.ErrorCodeInvalidImportFile}
			}
		}
		if row.userID == "" {
			return nil, refusal{code: wecomapi.ErrorCodeInvalidImportFile}
		}
		id := company.Fold(company.ByUserID, row.userID)
		if seen[id] {
			return nil, refusal{code: wecomapi.ErrorCodeImportDuplicateUserID}
		}
		seen[id] = true
		if attrs != nil {
			row.change.attributes = &wecomserver.ExtAttrInput{Attrs: &attrs}
		}
		rows = append(rows, row)
	}
	if rows == nil {
		return nil, refusal{code: wecomapi.ErrorCodeInvalidImportFile}
	}
	return rows, nil
}

// setCell takes over one cell, and tells whether it can be read.
func (change *memberChange) setCell(column, cell string) bool {
	ok := true
	switch column {
	case "name":
		change.name = &cell
	case "alias":
		change.alias = &cell
	case "mobile":
		change.mobile = &cell
	case "email":
		change.email = &cell
	case "biz_mail":
		change.bizMail = &cell
	case "position":
		change.position = &cell
	case "telephone":
		change.telephone = &cell
	case "address":
		change.address = &cell
	case "gender":
		gender, known := map[string]wecomserver.GenderInput{"男": "1", "1": "1", "女": "2", "2": "2"}[cell]
		change.gender, ok = &gender, known
	case "disabled":
		change.enable = new(1 - yes(cell))
	case "direct_leader":
		change.directLeader = new(strings.Split(cell, ";"))
	case "department":
		change.departments, ok = numbers(cell)
	case "order":
		change.orders, ok = numbers(cell)
	case "leader":
		var leads []int64
		for part := range strings.SplitSeq(cell, ";") {
			leads = append(leads, yes(part))
		}
		change.leads = &leads
	}
	return ok
}

func yes(cell string) int64 { return bit(cell == "是" || cell == "1") }

// numbers reads "12;40".
func numbers(cell string) (*[]int64, bool) {
	var out []int64
	for part := range strings.SplitSeq(cell, ";") {
		n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
		if err != nil {
			return nil, false
		}
		out = append(out, n)
	}
	return &out, true
}

// readPartyFile reads the departments of an import file and checks that they form a tree under the root, which need not
// be in the file itself. Parents come before their children in what it returns.
func readPartyFile(data []byte) ([]partyRow, error) {
	bad := refusal{code: wecomapi.ErrorCodeInvalidImportFile}
	table, err := readTable(data)
	if err != nil {
		return nil, err
	}
	byParent := make(map[int64][]partyRow)
	ids, names := make(map[int64]bool), make(map[string]bool)
	for _, cells := range table {
		id, errID := strconv.ParseInt(cells["部门ID"], 10, 64)
		parent, errParent := strconv.ParseInt(cells["父部门ID"], 10, 64)
		order, errOrder := strconv.ParseInt("0"+cells["排序"], 10, 64)
		row := partyRow{id: id, parent: parent, name: cells["部门名称"], order: order}
		if errID != nil || errParent != nil || errOrder != nil || id < 1 || row.name == "" {
			return nil, bad
		}
		if ids[id] {
			return nil, refusal{code: wecomapi.ErrorCodeImportDuplicateDepartmentID}
		}
		sibling := strconv.FormatInt(parent, 10) + "/" + row.name
		if names[sibling] {
			return nil, refusal{code: wecomapi.ErrorCodeImportDuplicateSiblingName}
		}
		ids[id], names[sibling] = true, true
		byParent[parent] = append(byParent[parent], row)
	}
	if len(ids) == 0 {
		return nil, bad
	}
	var out []partyRow
	var collect func(parent int64)
	collect = func(parent int64) {
		for _, row := range byParent[parent] {
			out = append(out, row)
			collect(row.id)
		}
	}
	if ids[1] {
		collect(0)
	} else {
		collect(1)
	}
	if len(out) != len(ids) || ids[1] && out[0].id != 1 {
		return nil, refusal{code: wecomapi.ErrorCodeImportNotATree}
	}
	return out, nil
}

// The bits of action in the outcome of a department.
const (
	partyCreated   = 1
	partyRenamed   = 2
	partyMoved     = 4
	partyReordered = 8
)

// importParties creates or changes the departments of a file and deletes the empty ones that are not in it.
func (w *Vendor) importParties(d *company.Directory, c *desk.Call, rows []partyRow) []wecomserver.BatchResultRow {
	listed := map[int64]bool{1: true}
	out := make([]wecomserver.BatchResultRow, 0, len(rows))
	for _, row := range rows {
		listed[row.id] = true
		action, err := w.importParty(d, c, row)
		code, text := w.rowOutcome(err)
		out = append(out, wecomserver.BatchResultRow{PartyID: &row.id, Action: &action, ErrCode: code, ErrMsg: text})
	}
	departments := d.AllDepartments()
	for i := len(departments) - 1; i >= 0; i-- {
		if dept := departments[i]; !listed[dept.WeComID] {
			pruneEmpty(d, dept.Key, listed)
		}
	}
	return out
}

// pruneEmpty removes a department that is not listed, after those below it, if that leaves it empty.
func pruneEmpty(d *company.Directory, key company.DepartmentKey, listed map[int64]bool) {
	for _, child := range d.Children(key) {
		if !listed[child.WeComID] {
			pruneEmpty(d, child.Key, listed)
		}
	}
	if d.ChildCount(key) == 0 && d.MemberCount(key) == 0 {
		_ = d.RemoveDepartment(key) // it is empty and not the root
	}
}

// importParty creates or changes one department and says what it did.
func (w *Vendor) importParty(d *company.Directory, c *desk.Call, row partyRow) (action int64, err error) {
	dept := d.FindDepartment(company.ByWeComID, strconv.FormatInt(row.id, 10))
	if dept == nil {
		_, err := w.makeDepartment(d, c, newDepartment{id: row.id, parent: row.parent, name: row.name,
			order: row.order})
		return partyCreated, err
	}
	change := wecomserver.UpdateDepartmentRequest{ID: row.id}
	if dept.Name != row.name {
		action |= partyRenamed
		change.Name = &row.name
	}
	if row.id != 1 && parentID(d, dept) != row.parent {
		action |= partyMoved
		change.ParentID = &row.parent
	}
	if row.order != 0 && dept.Order != row.order {
		action |= partyReordered
		change.Order = &row.order
	}
	return action, w.changeDepartment(d, &change)
}
