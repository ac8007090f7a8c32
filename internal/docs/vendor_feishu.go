package docs

func feishu() vendor {
	const inJSON = ` -H "Content-Type: application/json" \
  -d `
	const withToken = `curl -sS "{{URL}}`
	newGroup := take("group", "group_id", withToken+`/contact/v3/group" \
  -H "Authorization: Bearer $token"`+inJSON+`'{"name":"临时用户组 '"$(date +%s%N)"'"}'`)
	newRole := take("role", "role_id", withToken+`/contact/v3/functional_roles" \
  -H "Authorization: Bearer $token"`+inJSON+`'{"role_name":"临时角色 '"$(date +%s%N)"'"}'`)
	store := map[string]string{"app_id": "FEISHU_STORE_APP_ID", "app_secret": "FEISHU_STORE_APP_SECRET"}
	return vendor{
		variables: map[string]string{
			"FEISHU_STORE_APP_ID":      "App ID of a store app",
			"FEISHU_STORE_APP_SECRET":  "App Secret of that app",
			"FEISHU_STORE_APP_TICKET":  "the latest app_ticket pushed to it",
			"FEISHU_TENANT_KEY":        "key of a tenant that installed the store app",
			"FEISHU_LOGIN_CODE":        "code from the authorize page, good once",
			"FEISHU_PORTAL_LOGIN_CODE": "code from the authorize page, good once",
			"FEISHU_FORMER_OPEN_ID":    "open_id of somebody who was deleted in the last 30 days",
		},
		fields: map[string]string{
			"app_id": "FEISHU_APP_ID", "app_secret": "FEISHU_APP_SECRET", "client_id": "FEISHU_APP_ID",
			"client_secret": "FEISHU_APP_SECRET",
			"app_ticket":    "FEISHU_STORE_APP_TICKET",
		},
		operations: map[string]exception{
			"getAppAccessToken": {fields: store},
			"resendAppTicket":   {fields: store},
			"getTenantAccessToken": {
				fields: map[string]string{"app_access_token": "$app_token", "tenant_key": "FEISHU_TENANT_KEY"},
				before: []string{take("app_token", "app_access_token",
					`curl -sS "{{URL}}/auth/v3/app_access_token"`+inJSON+
						`'{"app_id":"{{FEISHU_STORE_APP_ID}}","app_secret":"{{FEISHU_STORE_APP_SECRET}}",`+
						`"app_ticket":"{{FEISHU_STORE_APP_TICKET}}"}'`)},
			},
			"createOauthToken": {fields: map[string]string{"code": "FEISHU_PORTAL_LOGIN_CODE"}},
			"resurrectUser": {fields: map[string]string{"user_id": "FEISHU_FORMER_OPEN_ID"},
				refused: "nobody has left yet (99992351)"},
			"addGroupMember":       {fields: map[string]string{"group_id": "$group"}, before: []string{newGroup}},
			"deleteGroup":          {fields: map[string]string{"group_id": "$group"}, before: []string{newGroup}},
			"batchAddGroupMembers": {fields: map[string]string{"group_id": "$group"}, before: []string{newGroup}},
			"deleteFunctionalRole": {fields: map[string]string{"role_id": "$role"}, before: []string{newRole}},
			"getFunctionalRoleMember": {
				fields: map[string]string{"role_id": "$role"},
				before: []string{newRole, withToken + `/contact/v3/functional_roles/{{$role}}/members/batch_create" \
  -H "Authorization: Bearer $token"` + inJSON +
					`'{"members":["{{FEISHU_OPEN_ID|ou_5b1e0c7a94d24f0e8a63c2d1f7b90e44}}"]}' >/dev/null`},
			},
			"setEmployeeRegular": {
				before: []string{`curl -sS -X PATCH "{{URL}}/directory/v1/employees/` +
					`{{FEISHU_OPEN_ID|ou_5b1e0c7a94d24f0e8a63c2d1f7b90e44}}/to_be_resigned" \
  -H "Authorization: Bearer $token"` + inJSON +
					`'{"employee":{"resign_date":"2030-06-30","resign_reason":"9","resign_type":"1"}}' >/dev/null`},
			},
			"resurrectEmployee": {fields: map[string]string{"employee_id": "FEISHU_FORMER_OPEN_ID"},
				refused: "nobody has left yet (99992351)"},
			"unbindDepartmentChat": {
				fields: map[string]string{"department_id": "$department"},
				before: []string{take("department", "open_department_id",
					`curl -sS "{{URL}}/contact/v3/departments?department_id_type=open_department_id" \
  -H "Authorization: Bearer $token"`+inJSON+
						`'{"name":"临时项目组","parent_department_id":"0","create_group_chat":true}'`)},
			},
		},
		known: map[string]string{
			"ou_5b1e0c7a94d24f0e8a63c2d1f7b90e44": "FEISHU_OPEN_ID", "ou_0f3d6a1b7c5e4d2f9a80": "FEISHU_OTHER_OPEN_ID",
			"c4a1f2e8": "FEISHU_USER_ID", "on_1c7d0b52e9a84f3b8d60": "FEISHU_UNION_ID",
			"od-31c0a9f4d2e84b7b":                 "FEISHU_EMPTY_OPEN_DEPARTMENT_ID",
			"od-7a10c9e25b3f4d6c8e21a0b4d9c3f511": "FEISHU_OPEN_DEPARTMENT_ID", "a81fd02c": "FEISHU_DEPARTMENT_ID",
			"g193821": "FEISHU_GROUP_ID", "7vrj3vk70xk7v5r": "FEISHU_ROLE_ID",
			"b5565c46b749": "FEISHU_JOB_TITLE_ID", "0dd1ec95f021": "FEISHU_WORK_CITY_ID",
			"exGeIjow7zIqWMykONkFxA": "FEISHU_EMPLOYEE_TYPE",
			"8613000000001":          "FEISHU_MOBILE", "demo-session-01": "FEISHU_SESSION",
		},
		created: map[string]string{"FEISHU_MOBILE": "FEISHU_NEW_MOBILE"},
		once: []string{"FEISHU_LOGIN_CODE", "FEISHU_PORTAL_LOGIN_CODE", "FEISHU_SESSION",
			"FEISHU_NEW_MOBILE"},
		authorize: func(scheme string) authorization {
			before := take("token", "tenant_access_token",
				`curl -sS "{{URL}}/auth/v3/tenant_access_token/internal"`+inJSON+`'{"app_id":"{{FEISHU_APP_ID}}",`+
					`"app_secret":"{{FEISHU_APP_SECRET}}"}'`)
			if scheme == "userToken" {
				before = take("token", "access_token", `curl -sS "{{URL}}/authen/v2/oauth/token"`+inJSON+
					`'{"grant_type":"authorization_code","client_id":"{{FEISHU_APP_ID}}",`+
					`"client_secret":"{{FEISHU_APP_SECRET}}","code":"{{FEISHU_LOGIN_CODE}}"}'`)
			}
			return authorization{before: []string{before}, headers: []string{"Authorization: Bearer $token"}}
		},
	}
}
