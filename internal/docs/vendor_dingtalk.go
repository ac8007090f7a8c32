package docs

func dingTalk() vendor {
	return vendor{
		variables: map[string]string{
			"DINGTALK_CORP_ID":      "the corp's id (CorpId)",
			"DINGTALK_SUITE_KEY":    "SuiteKey of a third-party app",
			"DINGTALK_SUITE_SECRET": "SuiteSecret of that app",
			"DINGTALK_SUITE_TICKET": "the latest ticket pushed to its callback",
		},
		fields: map[string]string{
			"appkey": "DINGTALK_APP_KEY", "appKey": "DINGTALK_APP_KEY", "client_id": "DINGTALK_APP_KEY",
			"appsecret": "DINGTALK_APP_SECRET", "appSecret": "DINGTALK_APP_SECRET",
			"client_secret": "DINGTALK_APP_SECRET",
			"suite_key":     "DINGTALK_SUITE_KEY", "suiteKey": "DINGTALK_SUITE_KEY",
			"suite_secret": "DINGTALK_SUITE_SECRET", "suiteSecret": "DINGTALK_SUITE_SECRET",
			"suite_ticket": "DINGTALK_SUITE_TICKET", "suiteTicket": "DINGTALK_SUITE_TICKET",
			"auth_corpid": "DINGTALK_CORP_ID", "authCorpId": "DINGTALK_CORP_ID", "corpId": "DINGTALK_CORP_ID",
		},
		operations: map[string]exception{ // whoever leads a department must be one of its members
			"updateDepartmentV1": {fields: map[string]string{"id": "DINGTALK_DEPARTMENT_ID|90210001",
				"parentid": "DINGTALK_ROOT_DEPARTMENT_ID|101"}},
			"updateDepartmentV2": {fields: map[string]string{"dept_id": "DINGTALK_DEPARTMENT_ID|90210001"}},
		},
		known: map[string]string{
			"lin.mei01": "DINGTALK_USER_ID", "boss01": "DINGTALK_ADMIN_USER_ID", "wu.q7": "DINGTALK_OTHER_USER_ID",
			"101": "DINGTALK_DEPARTMENT_ID", "90210001": "DINGTALK_EMPTY_DEPARTMENT_ID",
			"13900001111": "DINGTALK_MOBILE", "PiiXyz0001iE": "DINGTALK_UNION_ID",
			"bab02f63madeup": "DINGTALK_LOGIN_CODE",
			"20240611":       "DINGTALK_RECENT_DAY",
		},
		created: map[string]string{"DINGTALK_USER_ID": "", "DINGTALK_MOBILE": "DINGTALK_NEW_MOBILE"},
		once:    []string{"DINGTALK_LOGIN_CODE"},
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
