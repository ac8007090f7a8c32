package docs

// nobodyOwned is why calls about accounts of the corp fail.
const nobodyOwned = "no account of a fresh simulator belongs to the corp, createUserV2 makes one " +
	"(exclusive.account.only)"

// made is shell text that makes a setting and takes its id.
func made(method, path, body string) string {
	return "setting=$(curl -sS -X " + method + ` "{{URL}}` + path + `" -H "x-acs-dingtalk-access-token: $token" \
  -H "Content-Type: application/json" -d ` + quote(body) + " |\n  sed -E 's/.*\"result\": *([0-9]+).*/\\1/')"
}

func dingTalk() vendor {
	return vendor{
		variables: map[string]string{
			"DINGTALK_CORP_ID":      "the corp's id (CorpId)",
			"DINGTALK_SUITE_KEY":    "SuiteKey of a third-party app",
			"DINGTALK_SUITE_SECRET": "SuiteSecret of that app",
			"DINGTALK_SUITE_TICKET": "the latest ticket pushed to its callback",
			"DINGTALK_AUTH_CODE":    "the code that a browser brought back from the sign-in page",
		},
		fields: map[string]string{
			"appkey": "DINGTALK_APP_KEY", "appKey": "DINGTALK_APP_KEY", "client_id": "DINGTALK_APP_KEY",
			"appsecret": "DINGTALK_APP_SECRET", "appSecret": "DINGTALK_APP_SECRET",
			"client_secret": "DINGTALK_APP_SECRET",
			"clientId":      "DINGTALK_APP_KEY",
			"clientSecret":  "DINGTALK_APP_SECRET",
			"suite_key":     "DINGTALK_SUITE_KEY", "suiteKey": "DINGTALK_SUITE_KEY",
			"suite_secret": "DINGTALK_SUITE_SECRET", "suiteSecret": "DINGTALK_SUITE_SECRET",
			"suite_ticket": "DINGTALK_SUITE_TICKET", "suiteTicket": "DINGTALK_SUITE_TICKET",
			"auth_corpid": "DINGTALK_CORP_ID", "authCorpId": "DINGTALK_CORP_ID", "corpId": "DINGTALK_CORP_ID",
		},
		operations: map[string]exception{ // whoever leads a department must be one of its members
			"updateDepartmentV1": {fields: map[string]string{"id": "DINGTALK_DEPARTMENT_ID|90210001",
				"parentid": "DINGTALK_ROOT_DEPARTMENT_ID|101"}},
			// Both versions create: the second time, id and name must be others.
			"createUserV1":       {fields: map[string]string{"userid": "DINGTALK_NEW_USER_ID|lin.mei01"}},
			"createDepartmentV1": {fields: map[string]string{"name": "DINGTALK_NEW_DEPARTMENT|质检组"}},
			"updateDepartmentV2": {fields: map[string]string{"dept_id": "DINGTALK_DEPARTMENT_ID|90210001"}},

			"deleteRole": {fields: map[string]string{"role_id": "DINGTALK_EMPTY_ROLE_ID|1688611118"}},
			"setRoleScope": {fields: map[string]string{"userid": "DINGTALK_ROLE_USER_ID|lin.mei01",
				"dept_ids": "DINGTALK_DEPARTMENT_ID|101"}},
			"deleteRestriction": {
				fields: map[string]string{"settingId": "$setting"},
				before: []string{made("PUT", "/v1.0/contact/restrictions/settings",
					`{"type":"onlySelf","subjectDeptIds":[1]}`)},
			},
			"deleteAttributeVisibility": {
				fields: map[string]string{"settingId": "$setting"},
				before: []string{made("POST", "/v1.0/contact/staffAttributes/visibilitySettings",
					`{"hideFields":["mobile"]}`)},
			},
			"enableOrgAccount":    {refused: nobodyOwned},
			"disableOrgAccount":   {refused: nobodyOwned},
			"getOrgAccountStatus": {refused: nobodyOwned},
			"signOutOrgAccount":   {refused: nobodyOwned},
		},
		known: map[string]string{
			"lin.mei01": "DINGTALK_USER_ID", "boss01": "DINGTALK_ADMIN_USER_ID", "wu.q7": "DINGTALK_OTHER_USER_ID",
			"101": "DINGTALK_DEPARTMENT_ID", "90210001": "DINGTALK_EMPTY_DEPARTMENT_ID",
			"13900001111": "DINGTALK_MOBILE", "PiiXyz0001iE": "DINGTALK_UNION_ID",
			"bab02f63madeup": "DINGTALK_LOGIN_CODE", "f85c6madeup": "DINGTALK_AUTH_CODE",
			"1688611118": "DINGTALK_ROLE_ID", "1507113591": "DINGTALK_ROLE_GROUP_ID",
			"20240611": "DINGTALK_RECENT_DAY",
		},
		created: map[string]string{"DINGTALK_USER_ID": "", "DINGTALK_MOBILE": "DINGTALK_NEW_MOBILE"},
		once:    []string{"DINGTALK_LOGIN_CODE", "DINGTALK_AUTH_CODE", "DINGTALK_NEW_MOBILE"},
		authorize: func(scheme string) authorization {
			switch scheme {
			case "isvSignature":
				return authorization{
					before: []string{
						`timestamp=$(date +%s)000`,
						`signature=$(printf '%s\n%s' "$timestamp" "{{DINGTALK_SUITE_TICKET}}" |
  openssl dgst -sha256 -hmac "{{DINGTALK_SUITE_SECRET}}" -binary | base64 |
  sed 's/+/%2B/g; s,/,%2F,g; s/=/%3D/g')`,
					},
					query: "accessKey={{DINGTALK_SUITE_KEY}}&timestamp=$timestamp" +
						"&suiteTicket={{DINGTALK_SUITE_TICKET}}&signature=$signature",
				}
			case "userToken":
				return authorization{
					before: []string{take("token", "accessToken", `curl -sS `+
						`"{{URL}}/v1.0/oauth2/userAccessToken" -H "Content-Type: application/json" \
  -d '{"clientId":"{{DINGTALK_APP_KEY}}","clientSecret":"{{DINGTALK_APP_SECRET}}",`+
						`"code":"{{DINGTALK_AUTH_CODE}}","grantType":"authorization_code"}'`)},
					headers: []string{"x-acs-dingtalk-access-token: $token"},
				}
			case "acsToken":
				return authorization{
					before: []string{take("token", "accessToken", `curl -sS `+
						`"{{URL}}/v1.0/oauth2/accessToken" -H "Content-Type: application/json" \
  -d '{"appKey":"{{DINGTALK_APP_KEY}}","appSecret":"{{DINGTALK_APP_SECRET}}"}'`)},
					headers: []string{"x-acs-dingtalk-access-token: $token"},
				}
			default:
				return authorization{
					before: []string{take("token", "access_token",
						`curl -sS "{{URL}}/gettoken?appkey={{DINGTALK_APP_KEY}}&appsecret={{DINGTALK_APP_SECRET}}"`)},
					query: "access_token=$token",
				}
			}
		},
	}
}
