package feishu

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/feishuapi"
	"github.com/roster-go/roster/sim/internal/company"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/feishuserver"
)

// The administrators' interface (directory/v1) shows the same people and departments as contact v3 in other words. What
// its operations share is here.

// What a record or a field is missing for, in the numbers of abnormal records.
const (
	noPermission = 1000
	noSuchUser   = 2002
	noSuchField  = 2003
)

// wanted are the fields that a call asks for.
type wanted struct {
	fields []string
	known  []string // all that there are, wildcards included
}

// wantedFields reads required_fields.
func wantedFields(fields []string, known []string) (wanted, error) {
	if len(fields) > 100 {
		return wanted{}, refusal{code: feishuapi.ErrorCodeDirectorySizeExceeded}
	}
	return wanted{fields: fields, known: known}, nil
}

// has tells whether a field was asked for: by its path, by that of something in it, or by the wildcard of its parent.
func (w wanted) has(path string) bool {
	parent := "*"
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		parent = path[:i] + ".*"
	}
	return slices.ContainsFunc(w.fields, func(field string) bool {
		return field == path || field == parent || strings.HasPrefix(field, path+".")
	})
}

// unknown returns what was asked for and does not exist.
func (w wanted) unknown() []string {
	var out []string
	for _, field := range w.fields {
		if !slices.ContainsFunc(w.known, func(known string) bool {
			return field == known || strings.HasPrefix(field, known+".")
		}) {
			out = append(out, field)
		}
	}
	return out
}

// missing notes the fields that a record is answered without.
type missing map[string]int64

// abnormal is the entry for a record that lacks fields, or nil if it lacks none.
func (m missing) abnormal(id string) []feishuserver.AbnormalRecord {
	if len(m) == 0 {
		return nil
	}
	return []feishuserver.AbnormalRecord{{ID: &id, RowError: new(int64(0)), FieldErrors: new(map[string]int64(m))}}
}

// withheld is the entry for a record that is not answered at all.
func withheld(id string) feishuserver.AbnormalRecord {
	return feishuserver.AbnormalRecord{ID: &id, RowError: new(int64(noPermission)),
		FieldErrors: new(map[string]int64{})}
}

// directoryPage reads which page is asked for.
func (f *Vendor) directoryPage(c *desk.Call, of string, p feishuserver.DirectoryPageRequest) (pageAsked, error) {
	if !sent(c.Body, "page_request") {
		return pageAsked{}, refusal{code: feishuapi.ErrorCodeDirectoryPageRequestMissing}
	}
	size := p.PageSize
	if size != nil && *size == 0 {
		size = nil
	}
	return f.page(pageRule{of: of, usual: 20, largest: 100, size: size, token: p.PageToken,
		badSize: feishuapi.ErrorCodeDirectorySizeExceeded, badAt: feishuapi.ErrorCodeDirectoryPageTokenInvalid})
}

// pageResponse tells whether there is more.
func pageResponse(token string, more bool) *feishuserver.DirectoryPageResponse {
	return &feishuserver.DirectoryPageResponse{HasMore: &more, PageToken: when(more, token)}
}

// mayManage refuses user tokens of people who are no administrators.
func (v view) mayManage() error {
	if v.user == 0 {
		return nil
	}
	if p := v.dir.Person(v.user); p == nil || !p.Admin && !p.Founder {
		return refusal{code: feishuapi.ErrorCodeDirectoryForbidden}
	}
	return nil
}

// condition is one condition of a filter, with its value read.
type condition struct {
	field  string
	one    bool // the operator is eq
	texts  []string
	number int64 // for a field that holds one
}

// conditions reads a filter. fields are those that can be filtered by, and whether they hold a number; lists are those
// that take the operator in.
func conditions(filter feishuserver.DirectoryFilter, fields map[string]bool, lists ...string) ([]condition, error) {
	if len(filter.Conditions) > 10 {
		return nil, refusal{code: feishuapi.ErrorCodeDirectorySizeExceeded}
	}
	var out []condition
	for _, in := range filter.Conditions {
		number, ok := fields[in.Field]
		if !ok {
			return nil, refusal{code: feishuapi.ErrorCodeDirectoryFieldNotFilterable}
		}
		c := condition{field: in.Field, one: in.Operator == feishuserver.DirectoryConditionOperatorEq}
		if !c.one && (in.Operator != feishuserver.DirectoryConditionOperatorIn || !slices.Contains(lists, in.Field)) {
			return nil, refusal{code: feishuapi.ErrorCodeDirectoryOperatorInvalid}
		}
		var err error
		switch {
		case number:
			err = json.Unmarshal([]byte(in.Value), &c.number)
		case c.one:
			c.texts = make([]string, 1)
			err = json.Unmarshal([]byte(in.Value), &c.texts[0])
		default:
			err = json.Unmarshal([]byte(in.Value), &c.texts)
		}
		switch {
		case err != nil:
			return nil, refusal{code: feishuapi.ErrorCodeDirectoryValueInvalid}
		case len(c.texts) > 100:
			return nil, refusal{code: feishuapi.ErrorCodeDirectorySizeExceeded}
		}
		out = append(out, c)
	}
	return out, nil
}

// directoryText is a text with its translations.
func directoryText(zh, en string) *feishuserver.DirectoryText {
	names := map[string]string{"zh_cn": zh}
	if en != "" {
		names["en_us"] = en
	}
	return &feishuserver.DirectoryText{DefaultValue: &zh, I18NValue: &names}
}

// chinaTime is where the vendor's days begin and end.
func chinaTime() *time.Location { return time.FixedZone("UTC+8", 8*60*60) }

// day writes a day, "" for none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// directoryFailure words a refusal of contact v3 as directory/v1 does, as far as it has a word of its own.
func directoryFailure(err error) error {
	e, ok := errors.AsType[refusal](err)
	if !ok {
		return err
	}
	if code, ok := directoryCodes()[e.code]; ok {
		return refusal{code: code}
	}
	return e
}

func directoryCodes() map[feishuapi.ErrorCode]feishuapi.ErrorCode {
	return map[feishuapi.ErrorCode]feishuapi.ErrorCode{
		feishuapi.ErrorCodeInvalidParameter:           feishuapi.ErrorCodeDirectoryParameterInvalid,
		feishuapi.ErrorCodeMobileTaken:                feishuapi.ErrorCodeEmployeeMobileTaken,
		feishuapi.ErrorCodeUserExists:                 feishuapi.ErrorCodeEmployeeMobileTaken,
		feishuapi.ErrorCodeContactAccountsConflict:    feishuapi.ErrorCodeEmployeeMobileTaken,
		feishuapi.ErrorCodeEmailTaken:                 feishuapi.ErrorCodeEmployeeEmailTaken,
		feishuapi.ErrorCodeInvalidMobile:              feishuapi.ErrorCodeEmployeeMobileInvalid,
		feishuapi.ErrorCodeInvalidEmail:               feishuapi.ErrorCodeEmployeeEmailInvalid,
		feishuapi.ErrorCodeEmailOrMobileRequired:      feishuapi.ErrorCodeEmployeeContactMissing,
		feishuapi.ErrorCodeMobileRequired:             feishuapi.ErrorCodeEmployeeMobileMissing,
		feishuapi.ErrorCodeUserIDTaken:                feishuapi.ErrorCodeEmployeeIDTaken,
		feishuapi.ErrorCodeInvalidEmployeeID:          feishuapi.ErrorCodeEmployeeIDInvalid,
		feishuapi.ErrorCodeMailboxTaken:               feishuapi.ErrorCodeEmployeeMailboxTaken,
		feishuapi.ErrorCodeMailDomainUnavailable:      feishuapi.ErrorCodeEmployeeMailDomainUnavailable,
		feishuapi.ErrorCodeDepartmentFull:             feishuapi.ErrorCodeEmployeeDepartmentFull,
		feishuapi.ErrorCodeDepartmentIDsMissing:       feishuapi.ErrorCodeEmployeeDepartmentMissing,
		feishuapi.ErrorCodeTooManyDepartments:         feishuapi.ErrorCodeEmployeeDepartmentLimit,
		feishuapi.ErrorCodeSeveralDepartmentsDisabled: feishuapi.ErrorCodeEmployeeDepartmentsRestricted,
		feishuapi.ErrorCodeOpenDepartmentIDNotFound:   feishuapi.ErrorCodeEmployeeDepartmentNotFound,
		feishuapi.ErrorCodeDepartmentIDNotFound:       feishuapi.ErrorCodeEmployeeDepartmentNotFound,
		feishuapi.ErrorCodeDepartmentNotFound:         feishuapi.ErrorCodeEmployeeDepartmentNotFound,
		feishuapi.ErrorCodeInvalidEmployeeType:        feishuapi.ErrorCodeEmployeeTypeNotFound,
		feishuapi.ErrorCodeEmployeeTypeInactive:       feishuapi.ErrorCodeEmployeeTypeNotActive,
		feishuapi.ErrorCodeNameEmpty:                  feishuapi.ErrorCodeDirectoryParameterInvalid,
		feishuapi.ErrorCodeNameTooLong:                feishuapi.ErrorCodeEmployeeNameTooLong,
		feishuapi.ErrorCodeEnglishNameTooLong:         feishuapi.ErrorCodeEmployeeEnglishNameTooLong,
		feishuapi.ErrorCodeNicknameTooLong:            feishuapi.ErrorCodeEmployeeAliasTooLong,
		feishuapi.ErrorCodeForeignMobileNeedsEmail:    feishuapi.ErrorCodeEmployeeForeignMobileNeedsEmail,
		feishuapi.ErrorCodePrimaryDepartmentNotFirst:  feishuapi.ErrorCodeEmployeeMainDepartmentNotFirst,
		feishuapi.ErrorCodeLeaderIsSelf:               feishuapi.ErrorCodeLeaderLoop,
		feishuapi.ErrorCodeEmployeeNoTaken:            feishuapi.ErrorCodeJobNumberTaken,
		feishuapi.ErrorCodeCustomAttrIDMissing:        feishuapi.ErrorCodeCustomFieldInvalid,
		feishuapi.ErrorCodeCustomAttrNotFound:         feishuapi.ErrorCodeCustomFieldInvalid,
		feishuapi.ErrorCodeCustomAttrValueMissing:     feishuapi.ErrorCodeCustomFieldInvalid,
		feishuapi.ErrorCodeCustomAttrTextMissing:      feishuapi.ErrorCodeCustomFieldInvalid,
		feishuapi.ErrorCodeCustomAttrURLMissing:       feishuapi.ErrorCodeCustomFieldInvalid,
		feishuapi.ErrorCodeInvalidLicence:             feishuapi.ErrorCodeEmployeeLicenceInvalid,
		feishuapi.ErrorCodeGeoUnknown:                 feishuapi.ErrorCodeEmployeeGeoUnknown,
		feishuapi.ErrorCodeFounderProtected:           feishuapi.ErrorCodeEmployeeFounderNotFrozen,
		feishuapi.ErrorCodeUserOutOfRange:             feishuapi.ErrorCodeDirectoryRecordForbidden,
		feishuapi.ErrorCodeDepartmentOutOfRange:       feishuapi.ErrorCodeDirectoryRecordForbidden,
		feishuapi.ErrorCodeParentDepartmentOutOfRange: feishuapi.ErrorCodeDirectoryDependencyForbidden,
		feishuapi.ErrorCodeRestoreMobileTaken:         feishuapi.ErrorCodeRestoreDataTaken,
		feishuapi.ErrorCodeRestoreEmailTaken:          feishuapi.ErrorCodeRestoreDataTaken,
		feishuapi.ErrorCodeRestoreUserIDTaken:         feishuapi.ErrorCodeRestoreDataTaken,
	}
}

// departmentCodes are the words for departments.
func departmentCodes() map[feishuapi.ErrorCode]feishuapi.ErrorCode {
	return map[feishuapi.ErrorCode]feishuapi.ErrorCode{
		feishuapi.ErrorCodeInvalidParameter:           feishuapi.ErrorCodeDirectoryDepartmentInvalid,
		feishuapi.ErrorCodeDepartmentNameMissing:      feishuapi.ErrorCodeDirectoryDepartmentInvalid,
		feishuapi.ErrorCodeParentDepartmentIDMissing:  feishuapi.ErrorCodeDirectoryDepartmentInvalid,
		feishuapi.ErrorCodeFieldValidationFailed:      feishuapi.ErrorCodeDirectoryDepartmentInvalid,
		feishuapi.ErrorCodeRootDepartmentNotAllowed:   feishuapi.ErrorCodeDirectoryForbidden,
		feishuapi.ErrorCodeDepartmentExists:           feishuapi.ErrorCodeDirectoryDepartmentNameTaken,
		feishuapi.ErrorCodeDepartmentIDTaken:          feishuapi.ErrorCodeDirectoryDepartmentIDTaken,
		feishuapi.ErrorCodeInvalidDepartmentID:        feishuapi.ErrorCodeDirectoryDepartmentIDInvalid,
		feishuapi.ErrorCodeDepartmentNotFound:         feishuapi.ErrorCodeDirectoryDepartmentNotFound,
		feishuapi.ErrorCodeOpenDepartmentIDNotFound:   feishuapi.ErrorCodeDirectoryDepartmentNotFound,
		feishuapi.ErrorCodeDepartmentIDNotFound:       feishuapi.ErrorCodeDirectoryDepartmentNotFound,
		feishuapi.ErrorCodeI18NNameTaken:              feishuapi.ErrorCodeDirectoryTranslationTaken,
		feishuapi.ErrorCodeDepartmentTooDeep:          feishuapi.ErrorCodeDirectoryDepartmentTooDeep,
		feishuapi.ErrorCodeTooManyChildren:            feishuapi.ErrorCodeDirectoryTooManyChildren,
		feishuapi.ErrorCodeDepartmentNameTaken:        feishuapi.ErrorCodeDirectoryDepartmentNameTaken,
		feishuapi.ErrorCodeDepartmentNameHasSlash:     feishuapi.ErrorCodeDirectoryDepartmentNameHasSlash,
		feishuapi.ErrorCodeDepartmentHasMembers:       feishuapi.ErrorCodeDirectoryDepartmentHasMembers,
		feishuapi.ErrorCodeDepartmentHasChildren:      feishuapi.ErrorCodeDirectoryDepartmentHasChildren,
		feishuapi.ErrorCodeDepartmentOutOfRange:       feishuapi.ErrorCodeDirectoryRecordForbidden,
		feishuapi.ErrorCodeParentDepartmentOutOfRange: feishuapi.ErrorCodeDirectoryDependencyForbidden,
	}
}

// departmentWords words a refusal about a department as directory/v1 does.
func departmentWords(err error) error {
	if e, ok := errors.AsType[refusal](err); ok {
		if code, ok := departmentCodes()[e.code]; ok {
			return refusal{code: code}
		}
	}
	return err
}

// english is the English one of the translations of a request, nil if there is none.
func english(names *map[string]string) *string {
	if names == nil {
		return nil
	}
	if text, ok := (*names)["en_us"]; ok {
		return &text
	}
	return nil
}

// statusOfStaff tells where somebody stands in the life of a job.
func statusOfStaff(p *company.Person, own person) feishuserver.StaffStatus {
	switch {
	case !p.Left.IsZero():
		return feishuserver.StaffStatusResigned
	case own.leaving != nil && own.leaving.coming:
		return feishuserver.StaffStatusToBeResigned
	}
	return feishuserver.StaffStatusEmployed
}
