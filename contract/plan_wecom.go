package contract

func planWeCom() plan {
	return plan{
		reads: []step{
			{operation: "ListDepartment", keep: map[string]string{"/department/0/id": "department"}},
			{operation: "ListDepartmentSimple"},
			{operation: "GetDepartment", query: map[string]string{"id": "$department|1"}},
			{operation: "GetUserSimplelist", query: map[string]string{"department_id": "$department|1", "fetch_child": "1"}, keep: map[string]string{"/userlist/0/userid": "user"}},
			{operation: "GetUserList", query: map[string]string{"department_id": "$department|1"}, keep: map[string]string{
				"/userlist/0/userid": "user", "/userlist/0/mobile": "mobile", "/userlist/0/biz_mail": "email",
			}},
			{operation: "ListUserId", body: `{"limit": 100}`, keep: map[string]string{"/dept_user/0/userid": "user"}},
			{operation: "GetUser", query: map[string]string{"userid": "$user"}, keep: map[string]string{"/mobile": "mobile", "/biz_mail": "email"}},
			{operation: "ConvertUseridToOpenid", body: `{"userid": "$user"}`, keep: map[string]string{"/openid": "openid"}},
			{operation: "ConvertOpenidToUserid", body: `{"openid": "$openid"}`},
			{operation: "UseridToOpenUserid", body: `{"userid_list": ["$user"]}`},
			{operation: "GetUseridByMobile", body: `{"mobile": "$mobile"}`},
			{operation: "GetUseridByEmail", body: `{"email": "$email", "email_type": 1}`},
			{operation: "GetActiveStat", body: `{"date": "$yesterday"}`},
			{operation: "GetJoinQrcode", query: map[string]string{"size_type": "1"}},
		},
		writes: []step{
			{operation: "CreateDepartment", body: `{"name": "Contract test $stamp", "parentid": 1}`, keep: map[string]string{"/id": "new_department"}},
			{operation: "UpdateDepartment", body: `{"id": "$new_department", "name": "Contract test $stamp, renamed"}`},
			{operation: "CreateUser", body: `{"userid": "contract-$stamp", "name": "Contract Test", "email": "contract-$stamp@example.com", "department": ["$new_department"], "to_invite": false}`},
			{operation: "UpdateUser", body: `{"userid": "contract-$stamp", "position": "Tester"}`},
			{operation: "DeleteUser", query: map[string]string{"userid": "contract-$stamp"}, always: true},
			{operation: "CreateUser", body: `{"userid": "contract-b-$stamp", "name": "Contract Test", "email": "contract-b-$stamp@example.com", "department": ["$new_department"], "to_invite": false}`},
			{operation: "DeleteBatchUser", body: `{"useridlist": ["contract-b-$stamp"]}`, always: true},
			{operation: "DeleteDepartment", query: map[string]string{"id": "$new_department"}, always: true},
		},
		not: map[string]string{
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
