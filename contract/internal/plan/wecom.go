package plan

func weCom() Plan {
	return Plan{
		Reads: []Step{
			{Operation: "ListDepartment", Keep: map[string]string{"/department/0/id": "department"}},
			{Operation: "ListDepartmentSimple"},
			{Operation: "GetDepartment", Query: map[string]string{"id": "$department|1"}},
			{Operation: "GetUserSimplelist", Query: map[string]string{"department_id": "$department|1",
				"fetch_child": "1"}, Keep: map[string]string{"/userlist/0/userid": "user"}},
			{Operation: "GetUserList", Query: map[string]string{"department_id": "$department|1"},
				Keep: map[string]string{
					"/userlist/0/userid": "user", "/userlist/0/mobile": "mobile", "/userlist/0/biz_mail": "email",
				}},
			{Operation: "ListUserId", Body: `{"limit": 100}`, Keep: map[string]string{"/dept_user/0/userid": "user"}},
			{Operation: "GetUser", Query: map[string]string{"userid": "$user"},
				Keep: map[string]string{"/mobile": "mobile", "/biz_mail": "email"}},
			{Operation: "ConvertUseridToOpenid", Body: `{"userid": "$user"}`,
				Keep: map[string]string{"/openid": "openid"}},
			{Operation: "ConvertOpenidToUserid", Body: `{"openid": "$openid"}`},
			{Operation: "UseridToOpenUserid", Body: `{"userid_list": ["$user"]}`},
			{Operation: "GetUseridByMobile", Body: `{"mobile": "$mobile"}`},
			{Operation: "GetUseridByEmail", Body: `{"email": "$email", "email_type": 1}`},
			{Operation: "GetActiveStat", Body: `{"date": "$yesterday"}`},
			{Operation: "GetAgent", Query: map[string]string{"agentid": "$agent"}},
			{Operation: "GetJoinQrcode", Query: map[string]string{"size_type": "1"}},
		},
		Writes: []Step{
			{Operation: "CreateDepartment", Body: `{"name": "Contract test $stamp", "parentid": 1}`,
				Keep: map[string]string{"/id": "new_department"}},
			{Operation: "UpdateDepartment", Body: `{"id": "$new_department", "name": "Contract test $stamp, renamed"}`},
			{Operation: "CreateUser", Body: `{"userid": "contract-$stamp", "name": "Contract Test", "email": ` +
				`"contract-$stamp@example.com", "department": ["$new_department"], "to_invite": false}`},
			{Operation: "UpdateUser", Body: `{"userid": "contract-$stamp", "position": "Tester"}`},
			{Operation: "DeleteUser", Query: map[string]string{"userid": "contract-$stamp"}, Always: true},
			{Operation: "CreateUser", Body: `{"userid": "contract-b-$stamp", "name": "Contract Test", "email": ` +
				`"contract-b-$stamp@example.com", "department": ["$new_department"], "to_invite": false}`},
			{Operation: "DeleteBatchUser", Body: `{"useridlist": ["contract-b-$stamp"]}`, Always: true},
			{Operation: "DeleteDepartment", Query: map[string]string{"id": "$new_department"}, Always: true},
		},
		Not: map[string]string{
			"GetToken":              notToken,
			"GetTfaInfo":            notLogin,
			"GetUserDetailByTicket": notLogin,
			"OpenUseridToUserid":    "needs the id of the app that the ids came from",
			"GetBatchResult":        "needs a job",
			"AuthsuccUser":          "lets a member in: " + notWrite,
			"TfaSucc":               "lets a member in: " + notWrite,
			"InviteUser":            "sends messages to people",
			"ReplaceBatchParty":     "replaces all departments",
			"ReplaceBatchUser":      "replaces all members",
			"SyncBatchUser":         notWrite,
			"UploadMedia":           notWrite,
		},
	}
}
