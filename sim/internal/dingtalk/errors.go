package dingtalk

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/roster-go/roster/gen/dingtalkapi"
	"github.com/roster-go/roster/sim/internal/desk"
	"github.com/roster-go/roster/sim/internal/dingtalkserver"
)

// refusal is a refusal in DingTalk's words. refuse puts it into one of the three envelopes.
type refusal struct {
	code   dingtalkapi.ErrorCode // errcode, or sub_code of what the gateway refuses
	word   string                // code on the new host, or sub_code that is not a number; "" to follow from code
	text   string                // "" for the usual text
	points []string              // permission points that the app lacks
	wait   time.Duration         // throttled: how long the penalty lasts
}

// Error is for the simulator's own use; refuse makes the text on the wire.
func (e refusal) Error() string { return fmt.Sprintf("errcode %d %s %s", e.code, e.word, e.text) }

// fromGateway tells whether topapi answers the error in the gateway's envelope, because the operation is not reached at
// all.
func (e refusal) fromGateway() bool {
	switch e.code {
	case dingtalkapi.ErrorCodeAccessTokenMissing, dingtalkapi.ErrorCodeInvalidAccessToken,
		dingtalkapi.ErrorCodeAccessTokenExpired,
		dingtalkapi.ErrorCodeInvalidCredential, dingtalkapi.ErrorCodePermissionDenied,
		dingtalkapi.ErrorCodeAddressNotAllowed, dingtalkapi.ErrorCodeAppDisabled:
		return true
	}
	return e.code/1000 == 90 // too many calls, of whatever kind
}

// asDingTalkError makes DingTalk's error of whatever went wrong.
func (k *Vendor) asDingTalkError(err error, c *desk.Call, host apiHost) refusal {
	var own refusal
	var missing *dingtalkserver.RequiredParamError
	var malformed *dingtalkserver.InvalidParamFormatError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, new(desk.WrongMethodError)):
		return k.wrongMethod(c, host)
	case errors.As(err, new(desk.UnknownPathError)):
		if host == hostTop {
			return refusal{code: dingtalkapi.ErrorCodeUnknownMethod}
		}
		return refusal{code: dingtalkapi.ErrorCodeUnknownPath}
	case errors.As(err, &missing):
		return missingParam(host, missing.ParamName)
	case errors.As(err, &malformed):
		return malformedParam(host, malformed.ParamName)
	}
	return malformedParam(host, "")
}

// wrongMethod is the refusal of a path that was called with another method than its own.
func (k *Vendor) wrongMethod(c *desk.Call, host apiHost) refusal {
	e := refusal{code: dingtalkapi.ErrorCodePostRequired, word: string(dingtalkapi.NewHostErrorCodeUnknownPath)}
	if k.methods[c.Request.URL.Path] == http.MethodGet && host == hostPlain {
		e.code = dingtalkapi.ErrorCodeGetRequired
	}
	return e
}

// missingParam is the refusal of a call that lacks a parameter or a member of its body.
func missingParam(host apiHost, name string) refusal {
	switch host {
	case hostTop:
		return refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
	case hostNew:
		return argument(name)
	}
	switch name {
	case "userid", "userId":
		return refusal{code: dingtalkapi.ErrorCodeUserIDMissing}
	case "suite_key":
		return refusal{code: dingtalkapi.ErrorCodeSuiteKeyMissing}
	case "suite_secret":
		return refusal{code: dingtalkapi.ErrorCodeSuiteSecretMissing}
	case "suite_ticket":
		return refusal{code: dingtalkapi.ErrorCodeSuiteTicketMissing}
	case "auth_corpid":
		return refusal{code: dingtalkapi.ErrorCodeAuthCorpIDMissing}
	case "appkey", "appsecret":
		name = "corpid or appkey"
	}
	return refusal{code: dingtalkapi.ErrorCodeInvalidParameter, text: "缺少参数 " + name}
}

// malformedParam is the refusal of a call whose parameter or member of the body is of the wrong type.
func malformedParam(host apiHost, name string) refusal {
	switch {
	case name == "extattr" || name == "extension":
		return refusal{code: dingtalkapi.ErrorCodeInvalidExtAttr}
	case host == hostTop:
		return refusal{code: dingtalkapi.ErrorCodeInvalidArgumentV2}
	case host == hostNew:
		return argument(name)
	}
	switch name {
	case "department":
		return refusal{code: dingtalkapi.ErrorCodeInvalidDepartmentArray}
	case "department_id", "id", "deptId":
		return refusal{code: dingtalkapi.ErrorCodeInvalidDepartment}
	case "orderInDepts", "order":
		return refusal{code: dingtalkapi.ErrorCodeInvalidOrder}
	case "positionInDepts":
		return refusal{code: dingtalkapi.ErrorCodeInvalidPosition}
	case "offset":
		return refusal{code: dingtalkapi.ErrorCodeInvalidOffset}
	case "size":
		return refusal{code: dingtalkapi.ErrorCodeInvalidSize}
	}
	return refusal{code: dingtalkapi.ErrorCodeInvalidParameter}
}

// argument is the new host's refusal of an argument.
func argument(name string) refusal {
	return refusal{word: string(dingtalkapi.NewHostErrorCodeInvalidParameter), text: "入参错误：" + name}
}

// argumentWord is what the new host calls a bad argument: its services have words of their own.
func argumentWord(operation string) string {
	word := dingtalkapi.NewHostErrorCodeInvalidParameter
	switch operation {
	case "enableOrgAccount", "disableOrgAccount", "getOrgAccountStatus", "signOutOrgAccount":
		word = dingtalkapi.NewHostErrorCodeInvalidParam
	case "listDismissedEmployees", "getDismissionInfos":
		word = dingtalkapi.NewHostErrorCodeInvalidArgument
	case "listHideSettings", "setHideSetting", "listRestrictions", "setRestriction", "deleteRestriction",
		"listAttributeVisibility", "setAttributeVisibility", "deleteAttributeVisibility", "getSeniorSettings",
		"getUserToken":
		word = dingtalkapi.NewHostErrorCodeParameterError
	}
	return string(word)
}

// textOf is what an error says to people.
func (k *Vendor) textOf(e refusal, c *desk.Call, host apiHost) string {
	switch {
	case e.text != "":
		return e.text
	case len(e.points) > 0:
		return fmt.Sprintf("应用尚未开通所需的权限：[%s]，点击链接申请", strings.Join(e.points, ","))
	case host == hostNew:
		return newHostText(k.newHostCode(e, c))
	}
	switch e.code {
	case dingtalkapi.ErrorCodeAppAPIThrottled:
		return "接口调用过于频繁，处罚将在 " + penaltyEnd(c, e.wait) + " 结束"
	case dingtalkapi.ErrorCodeAPIThrottled:
		return "当前接口的请求都被暂时禁用了，处罚将在 " + penaltyEnd(c, e.wait) + " 结束"
	case dingtalkapi.ErrorCodeAccessTokenMissing:
		if host == hostTop {
			return "access_token is blank"
		}
	}
	if text, ok := k.texts[e.code]; ok {
		return text
	}
	return "系统错误"
}

// newHostCodes returns what the new host says where the other one has an errcode.
func newHostCodes() map[dingtalkapi.ErrorCode]string {
	codes := map[dingtalkapi.ErrorCode]dingtalkapi.NewHostErrorCode{
		dingtalkapi.ErrorCodeAccessTokenMissing:   dingtalkapi.NewHostErrorCodeMissingToken,
		dingtalkapi.ErrorCodeInvalidAccessToken:   dingtalkapi.NewHostErrorCodeInvalidAccessToken,
		dingtalkapi.ErrorCodeInvalidCredential:    dingtalkapi.NewHostErrorCodeInvalidAccessToken,
		dingtalkapi.ErrorCodeAccessTokenExpired:   dingtalkapi.NewHostErrorCodeInvalidAccessToken,
		dingtalkapi.ErrorCodePermissionDenied:     dingtalkapi.NewHostErrorCodePermissionDenied,
		dingtalkapi.ErrorCodeAddressNotAllowed:    dingtalkapi.NewHostErrorCodeAddressNotAllowed,
		dingtalkapi.ErrorCodeAppAPIThrottled:      dingtalkapi.NewHostErrorCodeAppAPIThrottled,
		dingtalkapi.ErrorCodeAPIThrottled:         dingtalkapi.NewHostErrorCodeAPIThrottled,
		dingtalkapi.ErrorCodeMonthlyQuotaExceeded: dingtalkapi.NewHostErrorCodeMonthlyQuotaExceeded,
		dingtalkapi.ErrorCodeSystemBusy:           dingtalkapi.NewHostErrorCodeSystemBusy,
		dingtalkapi.ErrorCodeSystemError:          dingtalkapi.NewHostErrorCodeSystemError,
		dingtalkapi.ErrorCodeInvalidParameter:     dingtalkapi.NewHostErrorCodeInvalidParameter,
		dingtalkapi.ErrorCodeInvalidArgumentV2:    dingtalkapi.NewHostErrorCodeInvalidParameter,
	}
	out := make(map[dingtalkapi.ErrorCode]string, len(codes))
	for code, word := range codes {
		out[code] = string(word)
	}
	return out
}

// newHostText is the usual message of a code of the new host.
func newHostText(code string) string {
	switch dingtalkapi.NewHostErrorCode(code) {
	case dingtalkapi.NewHostErrorCodeMissingToken:
		return "缺少参数 x-acs-dingtalk-access-token"
	case dingtalkapi.NewHostErrorCodeInvalidAccessToken:
		return "不合法的access_token"
	case dingtalkapi.NewHostErrorCodePermissionDenied:
		return "没有调用该接口的权限"
	case dingtalkapi.NewHostErrorCodeAppAPIThrottled, dingtalkapi.NewHostErrorCodeSuiteAPIThrottled:
		return "应用调用当前接口过于频繁"
	case dingtalkapi.NewHostErrorCodeInvalidClientIDOrSecret:
		return "无效的clientId或者clientSecret"
	case dingtalkapi.NewHostErrorCodeInvalidClient:
		return "无效的ClientID或ClientSecret"
	case dingtalkapi.NewHostErrorCodeMissingBody:
		return "body is mandatory for this action."
	case dingtalkapi.NewHostErrorCodeInvalidSuiteKey:
		return "无效的suiteKey"
	case dingtalkapi.NewHostErrorCodeInvalidSuiteTicket:
		return "suiteTicket无效"
	case dingtalkapi.NewHostErrorCodeInvalidAuthorization:
		return "授权关系不存在"
	case dingtalkapi.NewHostErrorCodeParameterError, dingtalkapi.NewHostErrorCodeInvalidParameter,
		dingtalkapi.NewHostErrorCodeInvalidArgument:
		return "参数错误"
	case dingtalkapi.NewHostErrorCodeInvalidParam:
		return "无效参数"
	case dingtalkapi.NewHostErrorCodeAuthCodeNotFound:
		return "不存在的authCode"
	case dingtalkapi.NewHostErrorCodeUserNotFound:
		return "找不到该用户"
	case dingtalkapi.NewHostErrorCodeUserNotExist, dingtalkapi.NewHostErrorCodeUnknownUser:
		return "用户不存在"
	case dingtalkapi.NewHostErrorCodeInvalidUserID:
		return "userId不存在"
	case dingtalkapi.NewHostErrorCodeNotCorpAccount:
		return "只能操作归属该组织的专属账号"
	case dingtalkapi.NewHostErrorCodeUnknownSetting:
		return "id对应的设置不存在"
	case dingtalkapi.NewHostErrorCodeInvalidRestrictionType:
		return "type只能是excludeNode、onlySelf、onlySelfDeptAndChild中的一个"
	case dingtalkapi.NewHostErrorCodeSubjectsMissing:
		return "subjectUserIds、subjectDeptIds、subjectTagIds不能都为空"
	case dingtalkapi.NewHostErrorCodeTooManySubjects:
		return "subjectUserIds、subjectDeptIds、subjectTagIds三个数组元素之和不能超过50"
	case dingtalkapi.NewHostErrorCodeTooManyExceptions:
		return "excludeUserIds、excludeDeptIds、excludeTagIds三个数组元素之和不能超过50"
	case dingtalkapi.NewHostErrorCodeSettingLimit:
		return "该类型可见性规则数量已达上限"
	case dingtalkapi.NewHostErrorCodeUnsupportedGrantType:
		return "不支持的grant_type"
	case dingtalkapi.NewHostErrorCodeUnknownPath:
		return "Specified api is not found, please check your url and method."
	case dingtalkapi.NewHostErrorCodeUnknownError:
		return "未知错误"
	}
	return "系统错误"
}

// errorTexts returns the texts of the codes that the simulator uses. Only the codes are promised by the vendor.
func errorTexts() map[dingtalkapi.ErrorCode]string {
	return map[dingtalkapi.ErrorCode]string{
		dingtalkapi.ErrorCodeSystemBusy:                  "系统繁忙",
		dingtalkapi.ErrorCodeRemoteServiceFailed:         "system busy",
		dingtalkapi.ErrorCodeUnknownMethod:               "不存在的方法名",
		dingtalkapi.ErrorCodeUnknownPath:                 "请求的URI地址不存在",
		dingtalkapi.ErrorCodeInvalidUser:                 "无效的USERID",
		dingtalkapi.ErrorCodeInvalidCredential:           "不合法的secret或access_token",
		dingtalkapi.ErrorCodeUserNotInCorp:               "无效的userId",
		dingtalkapi.ErrorCodeSystemRoleRefused:           "不允许编辑系统标签",
		dingtalkapi.ErrorCodeInvalidRole:                 "无效的roleId",
		dingtalkapi.ErrorCodeRoleMissing:                 "角色不能为空",
		dingtalkapi.ErrorCodeInvalidRoleGroup:            "无效的groupId",
		dingtalkapi.ErrorCodeRoleNameExists:              "角色名称已存在",
		dingtalkapi.ErrorCodeEmployeeNotFound:            "员工不在组织当中",
		dingtalkapi.ErrorCodeUnknownRole:                 "无效的role_id",
		dingtalkapi.ErrorCodeParameterMissing:            "参数为空",
		dingtalkapi.ErrorCodeInvalidDepartment:           "不合法的部门id",
		dingtalkapi.ErrorCodeInvalidParentDepartment:     "不合法的父部门id",
		dingtalkapi.ErrorCodeInvalidOrder:                "不合法的排序order",
		dingtalkapi.ErrorCodeInvalidAccessToken:          "不合法的access_token",
		dingtalkapi.ErrorCodeRecursiveListingRefused:     "不允许以递归方式查询部门用户列表",
		dingtalkapi.ErrorCodeDepartmentMemberLimit:       "部门人数已达上限",
		dingtalkapi.ErrorCodeInvalidDepartmentArray:      "无效的部门JSONArray对象，合法格式需要用中括号括起来",
		dingtalkapi.ErrorCodeInvalidParameter:            "不合法的参数",
		dingtalkapi.ErrorCodeEmptyParameter:              "参数为空",
		dingtalkapi.ErrorCodeTelTooLong:                  "分机号长度超过限制",
		dingtalkapi.ErrorCodeWorkPlaceTooLong:            "办公地点长度超过限制",
		dingtalkapi.ErrorCodeRemarkTooLong:               "备注长度超过限制",
		dingtalkapi.ErrorCodeInvalidDepartmentList:       "无效的部门列表",
		dingtalkapi.ErrorCodeInvalidOffset:               "不合法的偏移量",
		dingtalkapi.ErrorCodeInvalidSize:                 "不合法的分页大小",
		dingtalkapi.ErrorCodeInvalidSortOrder:            "不合法的排序参数",
		dingtalkapi.ErrorCodeInvalidAuthCode:             "不存在的临时授权码",
		dingtalkapi.ErrorCodeUnknownSuiteTicket:          "不存在的suiteticket",
		dingtalkapi.ErrorCodeSuiteKeyMismatch:            "不合法的套件key或secret",
		dingtalkapi.ErrorCodeInvalidGroupOwner:           "不合法的群主",
		dingtalkapi.ErrorCodeInvalidAppSecret:            "不合法的appKey或appSecret",
		dingtalkapi.ErrorCodeTelExists:                   "分机号已存在",
		dingtalkapi.ErrorCodeInvalidPhoneNumber:          "无效手机号",
		dingtalkapi.ErrorCodeAccessTokenMissing:          "缺少access_token参数",
		dingtalkapi.ErrorCodeUserIDMissing:               "缺少userid参数",
		dingtalkapi.ErrorCodeSuiteKeyMissing:             "缺少suite_key参数",
		dingtalkapi.ErrorCodeSuiteTicketMissing:          "缺少suite_ticket参数",
		dingtalkapi.ErrorCodeSuiteSecretMissing:          "缺少suite_secret参数",
		dingtalkapi.ErrorCodeAuthCorpIDMissing:           "缺少auth_corpid参数",
		dingtalkapi.ErrorCodeSuiteNotAuthorized:          "企业未对该套件授权",
		dingtalkapi.ErrorCodeMobileChangeRefused:         "暂时无法更换手机号，如需修改请删除用户后重试",
		dingtalkapi.ErrorCodeAccessTokenExpired:          "access_token超时",
		dingtalkapi.ErrorCodeGetRequired:                 "需要GET请求",
		dingtalkapi.ErrorCodePostRequired:                "需要POST请求",
		dingtalkapi.ErrorCodeInvalidContentType:          "无效的HTTP HEADER Content-Type",
		dingtalkapi.ErrorCodeJSONContentTypeRequired:     "需要Content-Type为application/json;charset=UTF-8",
		dingtalkapi.ErrorCodeJSONBodyRequired:            "需要POST内容为JSON",
		dingtalkapi.ErrorCodeEmptyBody:                   "POST的数据包为空",
		dingtalkapi.ErrorCodeUnparsableBody:              "解析JSON/XML内容错误",
		dingtalkapi.ErrorCodeUserOutOfScope:              "企业员工不在授权范围",
		dingtalkapi.ErrorCodeDepartmentOutOfScope:        "企业部门不在授权范围",
		dingtalkapi.ErrorCodeInvalidDepartmentName:       "部门名称长度不合法",
		dingtalkapi.ErrorCodeDepartmentNotFound:          "部门不存在",
		dingtalkapi.ErrorCodeParentDepartmentNotFound:    "父亲部门不存在",
		dingtalkapi.ErrorCodeDepartmentHasMembers:        "不允许删除有成员的部门",
		dingtalkapi.ErrorCodeDepartmentHasChildren:       "不允许删除有子部门的部门",
		dingtalkapi.ErrorCodeRootDeleteRefused:           "不允许删除根部门",
		dingtalkapi.ErrorCodeIllegalDepartmentName:       "部门名称含有非法字符",
		dingtalkapi.ErrorCodeDepartmentCycle:             "部门存在循环关系",
		dingtalkapi.ErrorCodePermissionDenied:            "没有调用该接口的权限",
		dingtalkapi.ErrorCodeAppDisabled:                 "应用已停用", // [?]: the code and its meaning are documented
		dingtalkapi.ErrorCodeRootUpdateRefused:           "不允许更新根部门",
		dingtalkapi.ErrorCodeMemberQueryFailed:           "从部门查询人员失败",
		dingtalkapi.ErrorCodeDepartmentNameExists:        "父部门下该部门名称已存在",
		dingtalkapi.ErrorCodeGroupOwnerNotFound:          "部门的企业群群主不存在",
		dingtalkapi.ErrorCodeDepartmentManagerNotFound:   "部门的管理员不存在",
		dingtalkapi.ErrorCodeUserIDExists:                "UserID在公司中已存在",
		dingtalkapi.ErrorCodeInvalidMobile:               "手机号码不合法",
		dingtalkapi.ErrorCodeMobileExists:                "手机号码在公司中已存在",
		dingtalkapi.ErrorCodeInvalidEmail:                "邮箱不合法",
		dingtalkapi.ErrorCodeEmailExists:                 "邮箱已存在",
		dingtalkapi.ErrorCodeInvalidVisibleIDs:           "不合法的可见列表",
		dingtalkapi.ErrorCodeInvalidName:                 "姓名不合法",
		dingtalkapi.ErrorCodeInvalidPosition:             "职位信息不合法",
		dingtalkapi.ErrorCodeUserNotFound:                "找不到该用户",
		dingtalkapi.ErrorCodeInvalidExtAttr:              "扩展属性不合法",
		dingtalkapi.ErrorCodeInvalidJobNumber:            "工号不合法",
		dingtalkapi.ErrorCodeInvalidManager:              "主管userid不合法",
		dingtalkapi.ErrorCodeInvalidArgumentV2:           "参数错误",
		dingtalkapi.ErrorCodeNoAccess:                    "无权限访问",
		dingtalkapi.ErrorCodeSignatureTimestampMalformed: "timestamp参数格式不正确，需要毫秒时间戳",
		dingtalkapi.ErrorCodeSignatureClockSkew:          "timestamp参数不合法，与服务器当前时间相差超过1分钟",
		dingtalkapi.ErrorCodeSignatureUnknownKey:         "accessKey参数不正确",
		dingtalkapi.ErrorCodeSignatureMismatch:           "signature参数不正确，与钉钉服务端计算出来的签名不一致",
	}
}
