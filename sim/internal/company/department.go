package company

import (
	"strconv"
	"time"
)

// DepartmentKey is the simulator's own number of a department. It is on no wire, starts at 1 for the root and is never
// used again for another department.
type DepartmentKey int

// RootDepartment is the department at the top, which is the company itself.
const RootDepartment DepartmentKey = 1

// Department is one department of the company. A Department handed out by an [Organisation] is a copy: changing it
// changes nothing else.
type Department struct {
	Key    DepartmentKey `json:"key"`
	Parent DepartmentKey `json:"parent"` // 0 for the root

	Name        string `json:"name"` // unique among the children of one parent
	EnglishName string `json:"english_name,omitempty"`
	// Order is the rank among the parent's children, larger first, as WeCom has it. Some need all of the
	// unsigned 32 bits.
	Order int64 `json:"order"`

	WeComID      int64  `json:"wecom_id"`       // id; 1 for the root, above 2^31 for some
	DingTalkID   int64  `json:"dingtalk_id"`    // dept_id; 1 for the root
	FeishuID     string `json:"feishu_id"`      // department_id; "0" for the root
	FeishuOpenID string `json:"feishu_open_id"` // open_department_id, od-…; "0" for the root
	WPSID        string `json:"wps_id"`         // id

	Created time.Time `json:"created,omitzero"`
}

// DepartmentID names one of the ids by which a department can be found.
type DepartmentID int

// The ids of a department. All of them are unique.
const (
	ByWeComID    DepartmentID = iota // decimal
	ByDingTalkID                     // decimal
	ByFeishuID
	ByFeishuOpenDepartmentID
	ByWPSID
	numDepartmentIDs
)

// String is the id's name for an error text.
func (id DepartmentID) String() string {
	names := [...]string{"WeCom id", "DingTalk dept_id", "Feishu department_id", "Feishu open_department_id", "WPS id"}
	if id < 0 || int(id) >= len(names) {
		return "unknown id"
	}
	return names[id]
}

// DepartmentIDOf returns the value of one of the department's ids.
func DepartmentIDOf(d *Department, kind DepartmentID) string {
	switch kind {
	case ByWeComID:
		return strconv.FormatInt(d.WeComID, 10)
	case ByDingTalkID:
		return strconv.FormatInt(d.DingTalkID, 10)
	case ByFeishuID:
		return d.FeishuID
	case ByFeishuOpenDepartmentID:
		return d.FeishuOpenID
	case ByWPSID:
		return d.WPSID
	}
	return ""
}
