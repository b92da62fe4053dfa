import Commands

Program.standard.main()
