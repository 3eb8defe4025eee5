CORE_DIRECTORY = configManager.getString(configKeys.CORE_DIRECTORY)
DATA_DIRECTORY = configManager.getString(configKeys.DATA_DIRECTORY)
